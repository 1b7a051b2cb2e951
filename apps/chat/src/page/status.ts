import type { ChatClient } from "../client/chat-client.ts";
import type { Room } from "../client/room.ts";
import { byId, setText } from "./dom.ts";

/** The state of the connection, and what has to be known about it. */
export class Status {
  readonly #client: ChatClient;
  readonly #element = byId("state", HTMLElement);
  readonly #text = byId("state-text", HTMLElement);
  readonly #countdown = byId("countdown", HTMLElement);
  readonly #retry = byId("retry", HTMLButtonElement);
  readonly #notice = byId("notice", HTMLElement);
  readonly #noticeText = byId("notice-text", HTMLElement);
  readonly #dismiss = byId("dismiss", HTMLButtonElement);
  #room: Room | undefined;

  constructor(client: ChatClient) {
    this.#client = client;
    this.#retry.addEventListener("click", () => client.link.connect());
    this.#dismiss.addEventListener("click", () => {
      if (this.#room !== undefined) this.#room.recovered = null;
      client.refusal = "";
      this.show(this.#room!);
      byId("text", HTMLTextAreaElement).focus();
    });
    setInterval(() => this.#count(), 1_000);
  }

  show(room: Room): void {
    this.#room = room;
    const { link, server } = this.#client;
    const { name } = link.state;
    this.#element.dataset["state"] = name;
    const words = {
      idle: "Not connected",
      connecting: "Connecting…",
      open: "Connected",
      waiting: "Offline",
      refused: "Closed by the server",
    };
    setText(this.#text, words[name]);
    this.#element.title = name === "open" && server !== "" ? `Connected to server ${server}` : "";
    this.#element.dataset["server"] = name === "open" ? server : "";
    this.#retry.hidden = name !== "waiting" && name !== "refused";
    this.#count();
    const notice = this.#noticeOf(room);
    this.#notice.hidden = notice === undefined;
    this.#notice.dataset["kind"] = notice?.kind ?? "";
    this.#dismiss.hidden = notice?.stays === true;
    setText(this.#noticeText, notice?.text ?? "");
  }

  #noticeOf(room: Room): { kind: string; text: string; stays?: boolean } | undefined {
    const { link, cluster, refusal } = this.#client;
    if (link.state.name === "refused") return { kind: "bad", text: link.state.reason, stays: true };
    if (link.state.name === "open" && cluster === "down") {
      const text = "The servers cannot hear each other. Only people on your server get what you say now.";
      return { kind: "warn", text, stays: true };
    }
    if (room.recovered === false) {
      return { kind: "warn", text: "Some messages may be missing. What is still kept has been loaded." };
    }
    return refusal === "" ? undefined : { kind: "bad", text: refusal };
  }

  /** Counts down beside the announced state, unannounced: nobody wants to hear every second. */
  #count(): void {
    const { state } = this.#client.link;
    const seconds = state.name === "waiting" ? Math.ceil((state.until - Date.now()) / 1_000) : 0;
    setText(this.#countdown, seconds > 0 ? `next try in ${seconds} s` : "");
  }
}
