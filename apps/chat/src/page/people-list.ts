import type { ChatClient } from "../client/chat-client.ts";
import type { Room } from "../client/room.ts";
import { avatar } from "./avatar.ts";
import { make, setText, show } from "./dom.ts";

/** Who is in the room that is shown. */
export class PeopleList {
  readonly #client: ChatClient;
  readonly #list: HTMLElement;
  readonly #counts: readonly HTMLElement[];

  /** `counts` are told how many there are. */
  constructor(client: ChatClient, list: HTMLElement, counts: readonly HTMLElement[]) {
    this.#client = client;
    this.#list = list;
    this.#counts = counts;
  }

  show(room: Room): void {
    const own = this.#client.person;
    const people = [...room.people.values()].sort(
      (a, b) => Number(b.id === own) - Number(a.id === own) || a.nick.localeCompare(b.nick),
    );
    this.#list.classList.toggle("stale", room.state !== "joined");
    for (const count of this.#counts) setText(count, `${people.length}`);
    show(
      this.#list,
      people.map((person) => ({
        key: person.id,
        look: `${person.nick} ${person.colour} ${person.id === own}`,
        make: () => {
          const item = make("li", {}, avatar(person), make("span", { className: "name" }, person.nick));
          if (person.id === own) item.append(make("span", { className: "you" }, "you"));
          return item;
        },
      })),
    );
  }
}
