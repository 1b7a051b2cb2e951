/** The element with an id, of a type. Throws when the page has none. */
export function byId<Type extends HTMLElement>(id: string, type: new () => Type): Type {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new TypeError(`#${id} is not there`);
  return found;
}

/** Makes an element. What people wrote gets into the page only as text: nothing here reads HTML. */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  { className = "", ...attributes }: Readonly<Record<string, string>> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  element.className = className;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** A button that does something. */
export function button(
  text: string,
  run: () => void,
  attributes: Readonly<Record<string, string>> = {},
): HTMLButtonElement {
  const element = make("button", { type: "button", ...attributes }, text);
  element.addEventListener("click", run);
  return element;
}

/** A child of a list: made anew when its look changes, moved and kept otherwise. */
export type Item = { readonly key: string; readonly look: string; readonly make: () => HTMLElement };

const looks = new WeakMap<Element, { key: string; look: string }>();

/** Makes an element's children those of a list, with as few changes as that takes: focus and selection stay where they are. */
export function show(parent: HTMLElement, items: readonly Item[]): void {
  const old = new Map<string, Element>();
  for (const child of parent.children) old.set(looks.get(child)?.key ?? "", child);
  let place = parent.firstElementChild;
  for (const { key, look, make } of items) {
    const known = old.get(key);
    if (known !== undefined && looks.get(known)?.look === look) {
      old.delete(key);
      if (known === place) place = place.nextElementSibling;
      else parent.insertBefore(known, place);
      continue;
    }
    const element = make();
    looks.set(element, { key, look });
    parent.insertBefore(element, place);
  }
  for (const child of old.values()) child.remove();
}

/** Sets a text, unless it stands there already: what does not change is not announced again. */
export function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
