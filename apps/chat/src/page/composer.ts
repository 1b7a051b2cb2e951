import type { ChatClient } from "../client/chat-client.ts";
import type { Room } from "../client/room.ts";
import { maxText } from "../protocol/fields.ts";
import { byId, setText } from "./dom.ts";

/** Where messages are written: Enter sends, Shift+Enter makes a line. Each room has its own draft. */
export class Composer {
  readonly #text = byId("text", HTMLTextAreaElement);
  readonly #send = byId("send", HTMLButtonElement);
  readonly #left = byId("left", HTMLElement);
  readonly #typing = byId("typing", HTMLElement);
  readonly #drafts = new Map<Room, string>();
  #room: Room | undefined;

  constructor(client: ChatClient, sent: () => void) {
    byId("compose", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      const text = this.#text.value.replace(/\r\n?/g, "\n").trim();
      if (this.#room === undefined || text === "" || text.length > maxText) return;
      this.#text.value = "";
      this.#measure();
      client.say(this.#room, text);
      sent();
    });
    this.#text.addEventListener("input", () => {
      this.#measure();
      if (this.#room !== undefined && this.#text.value.trim() !== "") client.type(this.#room);
    });
    this.#text.addEventListener("keydown", (event) => {
      // While an input method composes, Enter is its own.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      byId("compose", HTMLFormElement).requestSubmit();
    });
    this.#measure();
  }

  /** Writes in a room from now on. */
  show(room: Room): void {
    if (room !== this.#room) {
      if (this.#room !== undefined) this.#drafts.set(this.#room, this.#text.value);
      this.#room = room;
      this.#text.value = this.#drafts.get(room) ?? "";
      this.#text.placeholder = `Message #${room.name}`;
      this.#measure();
    }
    setText(this.#typing, this.#typists(room));
    this.#typing.classList.toggle("on", room.typists.ids.length > 0);
  }

  focus(): void {
    this.#text.focus();
  }

  #typists({ typists, people }: Room): string {
    const nicks = typists.ids.map((id) => people.get(id)?.nick ?? "Somebody");
    if (nicks.length > 3) return "Several people are typing";
    if (nicks.length > 1) return `${nicks.slice(0, -1).join(", ")} and ${nicks.at(-1)} are typing`;
    return nicks.length === 1 ? `${nicks[0]} is typing` : "";
  }

  #measure(): void {
    const left = maxText - this.#text.value.length;
    setText(this.#left, left < 200 ? (left < 0 ? `${-left} too many` : `${left} left`) : "");
    this.#left.classList.toggle("bad", left < 0);
    this.#send.disabled = left < 0;
    // The number of lines, wrapped ones too, is known to nobody but the browser.
    this.#text.rows = 1;
    const line = Number.parseFloat(getComputedStyle(this.#text).lineHeight);
    const padding = 24;
    this.#text.rows = Math.max(1, Math.min(6, Math.floor((this.#text.scrollHeight - padding) / line)));
  }
}
