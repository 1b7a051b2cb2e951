import type { Identity } from "../client/chat-client.ts";
import { colours, isNick } from "../protocol/fields.ts";
import { avatar } from "./avatar.ts";
import { byId, make, setText } from "./dom.ts";

const names = ["red", "orange", "olive", "green", "teal", "blue", "violet", "pink"];

const moods = ["Calm", "Bold", "Quick", "Merry", "Clever", "Gentle", "Bright", "Quiet"];
const animals = ["Fox", "Heron", "Otter", "Lynx", "Wren", "Badger", "Hare", "Owl"];

/** Somebody new: a key that nobody can guess, and a name until a better one is chosen. */
export function newIdentity(): Identity {
  const bytes = crypto.getRandomValues(new Uint8Array(24));
  const key = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const nick = `${moods[bytes[0]! % moods.length]} ${animals[bytes[1]! % animals.length]}`;
  return { key, nick, colour: bytes[2]! % colours };
}

/** Asks who somebody wants to be. */
export class Profile {
  readonly #dialog = byId("profile", HTMLDialogElement);
  readonly #nick = byId("nick", HTMLInputElement);
  readonly #fault = byId("nick-fault", HTMLElement);
  readonly #swatches = byId("swatches", HTMLElement);
  readonly #you = byId("you", HTMLButtonElement);
  #done: ((nick: string, colour: number) => void) | undefined;

  constructor(open: () => void) {
    for (const [index, name] of names.entries()) {
      const input = make("input", { type: "radio", name: "colour", value: `${index}` });
      const swatch = make("span", { className: `swatch colour-${index}`, "aria-hidden": "true" });
      const label = make(
        "label",
        { title: name },
        input,
        swatch,
        make("span", { className: "hidden" }, name),
      );
      this.#swatches.append(label);
    }
    this.#you.addEventListener("click", open);
    this.#nick.addEventListener("input", () => this.#check());
    byId("profile-form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.#check()) this.#dialog.close("done");
      else this.#nick.focus();
    });
    byId("cancel", HTMLButtonElement).addEventListener("click", () => this.#dialog.close());
    this.#dialog.addEventListener("close", () => {
      const checked = this.#swatches.querySelector<HTMLInputElement>(":checked");
      if (this.#dialog.returnValue === "done")
        this.#done?.(this.#nick.value.trim(), Number(checked?.value ?? 0));
    });
  }

  /** Asks; `done` is called if somebody answers. */
  ask({ nick, colour }: Identity, title: string, done: (nick: string, colour: number) => void): void {
    this.#done = done;
    this.#nick.value = nick;
    this.#check();
    const choice = this.#swatches.querySelector<HTMLInputElement>(`[value="${colour}"]`);
    if (choice !== null) choice.checked = true;
    setText(byId("profile-title", HTMLElement), title);
    this.#dialog.returnValue = "";
    this.#dialog.showModal();
    this.#nick.select();
  }

  /** Shows who somebody is. */
  show(identity: Identity): void {
    const { nick, colour } = identity;
    const look = `${nick} ${colour}`;
    if (this.#you.dataset["look"] === look) return;
    this.#you.dataset["look"] = look;
    this.#you.replaceChildren(
      avatar(identity),
      make("span", { className: "name" }, nick),
      make("span", { className: "change" }, "Change"),
    );
  }

  #check(): boolean {
    const fine = isNick(this.#nick.value.trim());
    this.#nick.setAttribute("aria-invalid", `${!fine}`);
    setText(this.#fault, fine ? "" : "1 to 24 characters that can be seen.");
    return fine;
  }
}
