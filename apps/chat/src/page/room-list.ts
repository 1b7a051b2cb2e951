import type { ChatClient } from "../client/chat-client.ts";
import { button, make, show } from "./dom.ts";

/** The rooms that somebody is in, each a link, with how much is unread. */
export class RoomList {
  readonly #client: ChatClient;
  readonly #list: HTMLElement;
  readonly #leave: (name: string) => void;

  constructor(client: ChatClient, list: HTMLElement, leave: (name: string) => void) {
    this.#client = client;
    this.#list = list;
    this.#leave = leave;
  }

  show(current: string): void {
    const { rooms } = this.#client;
    const items = rooms.map(({ name, unread }) => ({
      key: name,
      look: `${unread} ${name === current} ${rooms.length}`,
      make: () => {
        const link = make("a", { href: `#${name}` }, make("span", { className: "name" }, name));
        if (name === current) link.setAttribute("aria-current", "page");
        if (unread > 0) {
          const badge = make("span", { className: "badge" }, unread > 99 ? "99+" : `${unread}`);
          badge.append(make("span", { className: "hidden" }, " unread"));
          link.append(" ", badge);
        }
        const item = make("li", {}, link);
        if (rooms.length > 1) {
          item.append(
            button("×", () => this.#leave(name), { className: "leave", "aria-label": `Leave ${name}` }),
          );
        }
        return item;
      },
    }));
    show(this.#list, items);
  }
}
