import { byId } from "./dom.ts";

/**
 * On narrow windows the rooms and the people are panels that a button opens: the focus goes in, and Escape, a choice or a tap
 * beside them closes them and takes it back.
 */
export class Panels {
  readonly #pairs = (["rooms", "people"] as const).map((id) => ({
    panel: byId(id, HTMLElement),
    toggle: byId(`${id}-toggle`, HTMLButtonElement),
  }));
  readonly #shade = byId("shade", HTMLElement);

  constructor() {
    for (const { panel, toggle } of this.#pairs) {
      toggle.addEventListener("click", () => this.#set(panel, !panel.classList.contains("open")));
      panel.querySelector(".close")?.addEventListener("click", () => this.close());
    }
    this.#shade.addEventListener("click", () => this.close());
    document.addEventListener("keydown", ({ key }) => {
      if (key === "Escape") this.close();
    });
  }

  /** Closes whatever is open. */
  close(): void {
    for (const { panel, toggle } of this.#pairs) {
      if (!panel.classList.contains("open")) continue;
      const within = panel.contains(document.activeElement);
      this.#set(panel, false);
      if (within) toggle.focus();
    }
  }

  #set(wanted: HTMLElement, open: boolean): void {
    for (const { panel, toggle } of this.#pairs) {
      const isOpen = open && panel === wanted;
      panel.classList.toggle("open", isOpen);
      toggle.setAttribute("aria-expanded", `${isOpen}`);
    }
    this.#shade.hidden = !open;
    if (open) wanted.querySelector<HTMLElement>(".close")?.focus();
  }
}
