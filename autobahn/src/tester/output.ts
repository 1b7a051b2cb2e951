import type { Socket } from "node:net";
import type { Delivery } from "../catalogue/case.ts";
import type { Cutter } from "../wire/cutter.ts";
import { encodeFrame } from "../wire/frame-writer.ts";
import { freshKey } from "../wire/mask.ts";
import { SendQueue } from "./send-queue.ts";
import { count, type Statistics } from "./statistics.ts";
import { excerptOf, type WireLog } from "./wire-log.ts";

/** A frame's first octet, part by part. */
export type FrameShape = { readonly opcode: number; readonly fin: boolean; readonly rsv: number };

/** What an output needs of its connection. */
export type OutputSetup = {
  readonly socket: Socket;
  readonly log: WireLog;
  readonly statistics: Statistics;
  readonly cutter: Cutter | undefined;
  /** Whether frames are masked. */
  readonly masks: boolean;
};

/** The sending half of a connection: writes, counts and logs what goes out. */
export class Output {
  readonly masks: boolean;
  readonly #socket: Socket;
  readonly #log: WireLog;
  readonly #statistics: Statistics;
  readonly #cutter: Cutter | undefined;
  readonly #queue: SendQueue;
  #open = false;
  #corked = false;
  #ending = false;

  constructor({ socket, log, statistics, cutter, masks }: OutputSetup) {
    this.#socket = socket;
    this.#log = log;
    this.#statistics = statistics;
    this.#cutter = cutter;
    this.masks = masks;
    this.#queue = new SendQueue((octets, queued) => this.#write(octets, queued), cutter);
  }

  /** The opening handshake is done: what follows counts as frames. */
  open(): void {
    this.#open = true;
  }

  /** Octets that TCP has not taken yet. */
  get backlog(): number {
    return this.#socket.writableLength;
  }

  /** Hands octets to TCP as they are; the caller counts and logs what they mean. */
  send(octets: Uint8Array, delivery?: Delivery): void {
    this.#queue.send(octets, delivery);
  }

  /** Sends one frame, legal or not, whatever the state. */
  sendFrame({ opcode, fin, rsv }: FrameShape, payload: Uint8Array, delivery: Delivery = {}): void {
    const key = this.masks ? freshKey() : undefined;
    this.countFrames(opcode, 1);
    if (this.#log.on) {
      const { chop, sync = false } = delivery;
      const excerpt = excerptOf(payload);
      this.#log.add({ kind: "frame-out", payload: excerpt, opcode, fin, rsv, key, chop, sync });
    }
    this.send(encodeFrame({ opcode, fin, rsv }, payload, key), delivery);
  }

  /** Counts frames that go out by `send`: the first with this opcode, the others continuations. */
  countFrames(opcode: number, frames: number): void {
    count(this.#statistics.framesOut, opcode);
    if (frames > 1) count(this.#statistics.framesOut, 0, frames - 1);
  }

  /** Ends TCP, once what is written has left, but within a second. */
  end(): void {
    this.#ending = true;
    if (this.#cutter === undefined) this.#endSocket();
    else this.#queue.whenEmpty(() => this.#endSocket());
  }

  /** TCP is gone. */
  lost(): void {
    this.#queue.clear();
  }

  #endSocket(): void {
    this.#uncork();
    if (this.#socket.destroyed) return;
    if (this.#socket.writableLength === 0) {
      this.#socket.destroy();
      return;
    }
    this.#socket.destroySoon();
    const timer = setTimeout(() => this.#socket.destroy(), 1000);
    this.#socket.once("close", () => clearTimeout(timer));
  }

  #write(octets: Uint8Array, queued: boolean): void {
    if (this.#socket.destroyed) return;
    // What waits in the queue when TCP is dropped is lost, unless it waits only because everything is cut.
    if (this.#ending && queued && this.#cutter === undefined) return;
    this.#statistics.write(octets.length, this.#open);
    if (this.#log.on) this.#log.add({ kind: "write", excerpt: excerptOf(octets), queued });
    if (queued) this.#uncork();
    else if (!this.#corked) {
      // What is written in one go leaves in one go.
      this.#corked = true;
      this.#socket.cork();
      process.nextTick(this.#uncork);
    }
    this.#socket.write(octets);
  }

  readonly #uncork = (): void => {
    if (!this.#corked) return;
    this.#corked = false;
    this.#socket.uncork();
  };
}
