import { connect, type Socket } from "node:net";
import { FrameReader } from "./frame-reader.ts";
import { FrameFields } from "./frames.ts";

/** Who has a link, as it sees him. */
export interface LinkOwner {
  /** It is connected: whatever comes first has to be sent now. */
  onConnect(): void;
  /** A frame came. */
  onFrame(fields: FrameFields): void;
  /** It is silent: a frame that the relay answers has to be sent. */
  onSilence(): void;
  /** It is over. Nothing follows. */
  onLost(error: Error): void;
}

/** Parts that the time for an answer is counted in: time in which this process itself stood still is one of them at most. */
const ticks = 4;

/** One connection to the relay, from its beginning to its loss. */
export class Link {
  readonly #socket: Socket;
  readonly #owner: LinkOwner;
  readonly #reader = new FrameReader();
  readonly #heartbeat: { readonly interval: number; readonly timeout: number };
  #timer: NodeJS.Timeout | undefined;
  #heard = false;
  #corked = false;
  #lost = false;

  constructor(
    path: string,
    heartbeat: { readonly interval: number; readonly timeout: number },
    owner: LinkOwner,
  ) {
    this.#owner = owner;
    this.#heartbeat = heartbeat;
    this.#socket = connect(path);
    this.#socket.on("connect", () => {
      if (!this.#lost) owner.onConnect();
    });
    this.#socket.on("data", (chunk: Buffer) => this.#read(chunk));
    this.#socket.on("error", (error) => this.lose(error));
    this.#socket.on("close", () => this.lose(new Error("the relay has ended the connection")));
    // Until it has answered the first time, silence is no reason to ask.
    this.#await(ticks);
  }

  /** Sends a frame; all of one turn leave in one write. */
  send(frame: Buffer): void {
    if (this.#lost) return;
    if (!this.#corked) {
      this.#corked = true;
      this.#socket.cork();
      queueMicrotask(() => process.nextTick(this.#uncork));
    }
    this.#socket.write(frame);
  }

  /** Ends it without a word to its owner. */
  destroy(): void {
    this.#lost = true;
    clearTimeout(this.#timer);
    this.#socket.destroy();
  }

  /** Ends it, for this reason. */
  lose(error: Error): void {
    if (this.#lost) return;
    this.destroy();
    this.#owner.onLost(error);
  }

  readonly #uncork = (): void => {
    this.#corked = false;
    this.#socket.uncork();
  };

  #read(chunk: Buffer): void {
    if (!this.#heard) {
      this.#heard = true;
      clearTimeout(this.#timer);
      this.#rest();
    }
    this.#reader.push(chunk, (frame) => {
      if (!this.#lost) this.#owner.onFrame(new FrameFields(frame));
    });
  }

  #rest(): void {
    this.#timer = setTimeout(() => {
      this.#timer = setTimeout(() => {
        this.#heard = false;
        this.#owner.onSilence();
        this.#await(ticks);
      });
    }, this.#heartbeat.interval);
  }

  #await(left: number): void {
    this.#timer = setTimeout(() => {
      if (left > 1) this.#await(left - 1);
      else this.lose(new Error("the relay does not answer"));
    }, this.#heartbeat.timeout / ticks);
  }
}
