import { backoff } from "./backoff.ts";
import type { Timer, World } from "./world.ts";

/** The part of a browser's WebSocket that is used. */
export type Socket = Pick<WebSocket, "send" | "close" | "addEventListener">;

/**
 * How the link is. `idle` it is before the first attempt; `waiting` is a pause before the next attempt, which begins at `until`; `refused` is for good: the server has
 * closed with 1008, and only a person can want it again.
 */
export type LinkState =
  | { readonly name: "idle" }
  | { readonly name: "connecting" }
  | { readonly name: "open" }
  | { readonly name: "waiting"; readonly until: number }
  | { readonly name: "refused"; readonly reason: string };

/** Hears of the link. */
export type LinkListener = {
  state(state: LinkState): void;
  message(data: unknown): void;
};

/** How long an attempt may take. */
const connectTime = 10_000;
/** How long the other end may be silent before it is asked for a sign of life, and how long it has for that. */
const silence = 20_000;
const answerTime = 8_000;
/** How long a connection must have lasted for the next pause to be the shortest again. */
const steady = 5_000;

/** A connection that comes back by itself: with growing, randomised pauses, and when the other end is silent for too long. */
export class Link {
  readonly #open: () => Socket;
  readonly #world: World;
  readonly #listener: LinkListener;
  readonly #ping: string;
  #state: LinkState = { name: "idle" };
  #socket: Socket | undefined;
  #attempt = 0;
  #openedAt = 0;
  #timer: Timer | undefined;

  /** `open` makes a new socket; `ping` is what is sent to get a sign of life. Nothing happens before `connect`. */
  constructor(open: () => Socket, ping: string, world: World, listener: LinkListener) {
    this.#open = open;
    this.#ping = ping;
    this.#world = world;
    this.#listener = listener;
  }

  get state(): LinkState {
    return this.#state;
  }

  /** Connects now, unless there is a connection or one being made: no pause is waited for. */
  connect(): void {
    if (this.#socket !== undefined) return;
    this.#after(connectTime, () => this.#lose(socket, 0, ""));
    const socket = this.#open();
    this.#socket = socket;
    this.#enter({ name: "connecting" });
    socket.addEventListener("open", () => this.#onOpen(socket));
    socket.addEventListener("message", ({ data }) => this.#onMessage(socket, data));
    socket.addEventListener("close", ({ code, reason }) => this.#lose(socket, code, reason));
  }

  /** Sends, if the connection is open; tells whether it was. That does not say that it will arrive. */
  send(data: string): boolean {
    if (this.#state.name !== "open") return false;
    this.#socket?.send(data);
    return true;
  }

  /** Asks for a sign of life at once: when the machine wakes up, the connection may be long gone. */
  check(): void {
    if (this.#state.name === "open") this.#askForLife();
    else if (this.#state.name === "waiting") this.connect();
  }

  #onOpen(socket: Socket): void {
    if (socket !== this.#socket) return;
    this.#openedAt = this.#world.now();
    this.#after(silence, () => this.#askForLife());
    this.#enter({ name: "open" });
  }

  #onMessage(socket: Socket, data: unknown): void {
    if (socket !== this.#socket) return;
    this.#after(silence, () => this.#askForLife());
    this.#listener.message(data);
  }

  #askForLife(): void {
    const socket = this.#socket;
    this.send(this.#ping);
    this.#after(answerTime, () => this.#lose(socket, 0, ""));
  }

  /** The connection is over, or given up: then what the old socket still does is nobody's business. */
  #lose(socket: Socket | undefined, code: number, reason: string): void {
    if (socket === undefined || socket !== this.#socket) return;
    this.#socket = undefined;
    const now = this.#world.now();
    if (this.#state.name === "open" && now - this.#openedAt >= steady) this.#attempt = 0;
    this.#world.clearTimer(this.#timer);
    socket.close();
    if (code === 1008) {
      this.#enter({ name: "refused", reason: reason || "The server has closed the connection" });
      return;
    }
    const pause = backoff(this.#attempt++, this.#world.random());
    this.#after(pause, () => this.connect());
    this.#enter({ name: "waiting", until: now + pause });
  }

  #after(milliseconds: number, run: () => void): void {
    this.#world.clearTimer(this.#timer);
    this.#timer = this.#world.setTimer(run, milliseconds);
  }

  #enter(state: LinkState): void {
    this.#state = state;
    this.#listener.state(state);
  }
}
