import type { Person } from "../protocol/fields.ts";
import { make } from "./dom.ts";

/** A round picture of somebody: the first letter, in the person's colour. Those who cannot see it have the nick beside it. */
export function avatar({ nick, colour }: Pick<Person, "nick" | "colour">): HTMLElement {
  const [first = "?"] = new Intl.Segmenter().segment(nick);
  const letter = typeof first === "string" ? first : first.segment;
  return make("span", { className: `avatar colour-${colour}`, "aria-hidden": "true" }, letter.toUpperCase());
}
