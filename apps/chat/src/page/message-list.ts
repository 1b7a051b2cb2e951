import type { ChatClient } from "../client/chat-client.ts";
import { partsOf } from "../client/link-parts.ts";
import type { Unsent } from "../client/outbox.ts";
import type { Room } from "../client/room.ts";
import type { Before } from "../client/timeline.ts";
import type { Said } from "../protocol/from-server.ts";
import { avatar } from "./avatar.ts";
import { dayName, dayOf, timeOf, wholeTimeOf } from "./clock.ts";
import { button, type Item, make, show } from "./dom.ts";

/** Messages of one person within this time stand under one name. */
const together = 5 * 60_000;

const between: Readonly<Record<NonNullable<Before>, string>> = {
  start: "This is the beginning of the room",
  older: "Older messages are not kept",
  gap: "Messages may be missing here",
};

/** The messages of the room that is shown, what lies between them, and those that are not sent yet. */
export class MessageList {
  readonly #client: ChatClient;
  readonly #scroll: HTMLElement;
  readonly #list: HTMLElement;
  readonly #newest: HTMLButtonElement;
  #room: Room | undefined;

  constructor(client: ChatClient, scroll: HTMLElement, list: HTMLElement, newest: HTMLButtonElement) {
    this.#client = client;
    this.#scroll = scroll;
    this.#list = list;
    this.#newest = newest;
    newest.addEventListener("click", () => {
      this.toEnd();
      scroll.focus({ preventScroll: true });
    });
    // Keyboards and turned phones change the height: who was at the end stays there.
    let atEnd = true;
    scroll.addEventListener("scroll", () => {
      atEnd = this.isAtEnd();
      if (atEnd) newest.hidden = true;
    });
    new ResizeObserver(() => {
      if (atEnd) this.toEnd();
    }).observe(scroll);
  }

  /** Shows a room. What is new is announced; a room that is only looked at, or loaded, is not read out. */
  show(room: Room): void {
    const isOther = room !== this.#room;
    this.#room = room;
    const follow = isOther || this.isAtEnd();
    const before = room.timeline.messages.length;
    const quiet = isOther || room.state === "joining";
    this.#scroll.setAttribute("aria-live", quiet ? "off" : "polite");
    this.#scroll.setAttribute("aria-busy", `${room.state === "joining"}`);
    const height = this.#scroll.scrollHeight;
    show(this.#list, this.#items(room));
    if (follow) this.toEnd();
    else if (before > 0 && this.#scroll.scrollHeight > height) this.#newest.hidden = false;
  }

  /** Whether the newest message can be seen. */
  isAtEnd(): boolean {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroll;
    return scrollHeight - scrollTop - clientHeight < 48;
  }

  /** Goes to the newest message. */
  toEnd(): void {
    this.#scroll.scrollTop = this.#scroll.scrollHeight;
    this.#newest.hidden = true;
  }

  #items(room: Room): Item[] {
    const { timeline, outbox } = room;
    const now = Date.now();
    const items: Item[] = [];
    let last: { person: string; at: number } | undefined;
    const divide = (before: Before, index: number): void => {
      if (before === undefined) return;
      last = undefined;
      items.push(divider(`${before} ${index}`, before, between[before]));
    };
    const day = (at: number): void => {
      if (last !== undefined && dayOf(last.at) === dayOf(at)) return;
      const name = dayName(at, now);
      const key = `day ${dayOf(at)}`;
      if (items.some((item) => item.key === key)) return;
      last = undefined;
      items.push(divider(key, "day", name));
    };
    timeline.messages.forEach((said, index) => {
      divide(timeline.before(index), index);
      day(said.at);
      const { id, nick, colour } = said.person;
      const follows = last?.person === `${id} ${nick} ${colour}` && said.at - last.at < together;
      items.push(this.#said(room, said, follows));
      last = { person: `${id} ${nick} ${colour}`, at: said.at };
    });
    const { length } = timeline.messages;
    if (room.state === "joined" || length > 0) divide(timeline.before(length), length);
    const { nick, colour } = this.#client.identity;
    const own = `${this.#client.person} ${nick} ${colour}`;
    for (const unsent of outbox.entries) {
      day(unsent.at);
      items.push(this.#unsent(room, unsent, last?.person === own));
      last = { person: own, at: unsent.at };
    }
    return items;
  }

  #said(room: Room, said: Said, follows: boolean): Item {
    const { person, id, text, at } = said;
    const localOnly = person.id === this.#client.person && room.localOnly.has(id);
    return {
      key: `said ${person.id} ${id}`,
      look: `${follows} ${localOnly}`,
      make: () => {
        const item = message(person, text, at, follows);
        item.dataset["id"] = id;
        if (localOnly) item.append(make("p", { className: "mark" }, "Only people on this server got this"));
        return item;
      },
    };
  }

  #unsent(room: Room, { id, text, at, state, reason }: Unsent, follows: boolean): Item {
    const online = this.#client.link.state.name === "open";
    return {
      key: `unsent ${id}`,
      look: `${state} ${online} ${follows} ${reason}`,
      make: () => {
        const item = message(this.#client.identity, text, at, follows);
        item.classList.add("unsent", state);
        item.dataset["id"] = id;
        const mark = make("p", { className: "mark" });
        if (state === "refused") {
          mark.append(
            `Not sent: ${reason} `,
            button("Send again", () => this.#client.retry(room, id)),
            button("Delete", () => this.#client.discard(room, id)),
          );
        } else if (online) mark.append("Sending…");
        else {
          mark.append(
            "Not sent yet: no connection ",
            button("Delete", () => this.#client.discard(room, id)),
          );
        }
        item.append(mark);
        return item;
      },
    };
  }
}

function divider(key: string, className: string, text: string): Item {
  return {
    key,
    look: text,
    make: () => make("li", { className: `divider ${className}` }, make("span", {}, text)),
  };
}

function message(
  person: { readonly nick: string; readonly colour: number },
  text: string,
  at: number,
  follows: boolean,
): HTMLLIElement {
  const item = make("li", { className: follows ? "said follows" : "said" });
  const time = make("time", { datetime: new Date(at).toISOString(), title: wholeTimeOf(at) }, timeOf(at));
  if (follows) {
    // Everybody sees by its place whose it is; who only hears it is told.
    item.append(make("span", { className: "hidden" }, `${person.nick}: `), time);
  } else {
    const nick = make("b", { className: `nick colour-${person.colour}` }, person.nick);
    item.append(avatar(person), make("p", { className: "head" }, nick, " ", time));
  }
  item.append(words(text));
  return item;
}

function words(text: string): HTMLElement {
  const parts = partsOf(text).map(({ text, href }) =>
    href === undefined
      ? text
      : make("a", { href, target: "_blank", rel: "noopener noreferrer nofollow" }, text),
  );
  return make("p", { className: "text", dir: "auto" }, ...parts);
}
