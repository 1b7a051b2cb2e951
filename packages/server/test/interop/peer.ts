import { afterEach } from "vitest";
// Hooks run in the reverse order of these modules: peers are dropped first, then servers are checked and closed.
import "../support/http-server.ts";
import { within } from "../support/raw-client.ts";

/** Where a server is to be found, for somebody else's client. */
export type Place = {
  /** As `ws://localhost:4545/ws`. */
  url: string;
  /** A Unix socket to connect to in place of the address. */
  path?: string;
  /** The certificate to trust. */
  ca?: string;
};

/** How a connection ended, as its client saw it. */
export type End = { code: number; reason: string };

/** Somebody else's end of a connection, made to look the same for every library. */
export type Peer = {
  readonly protocol: string;
  send(data: string | Uint8Array): void;
  close(code: number, reason: string): void;
  /** The next message: text as a string, binary as bytes. */
  next(): Promise<string | Uint8Array>;
  ended(): Promise<End>;
};

/** What a library has to be able to do; it rejects when the handshake fails. */
export type Connect = (place: Place, protocols: readonly string[]) => Promise<Peer>;

const inboxes = new Set<Inbox>();

/** What has come in for one peer, and who waits for it. */
export class Inbox {
  readonly #drop: () => void;
  readonly #messages: (string | Uint8Array)[] = [];
  readonly #waiting: ((data: string | Uint8Array) => void)[] = [];
  readonly #ended: Promise<End>;
  #end: (end: End) => void = () => {};

  /** `drop` throws the connection away at the end of the test. */
  constructor(drop: () => void) {
    this.#drop = drop;
    this.#ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    inboxes.add(this);
  }

  push(data: string | Uint8Array): void {
    const waiter = this.#waiting.shift();
    if (waiter) waiter(data);
    else this.#messages.push(data);
  }

  end(code: number, reason: string): void {
    inboxes.delete(this);
    this.#end({ code, reason });
  }

  next(): Promise<string | Uint8Array> {
    const found = this.#messages.shift();
    if (found !== undefined) return Promise.resolve(found);
    return within(new Promise((resolve) => this.#waiting.push(resolve)), () => "a message");
  }

  ended(): Promise<End> {
    return within(this.#ended, () => "the end of the connection");
  }

  drop(): void {
    inboxes.delete(this);
    this.#drop();
  }
}

afterEach(() => {
  for (const inbox of inboxes) inbox.drop();
});
