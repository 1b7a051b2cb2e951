import type { Socket } from "node:net";
import { FrameReader } from "./frame-reader.ts";
import { encodeDone, encodePlace, encodeReading, FrameFields, Request, version } from "./frames.ts";
import type { RelayRooms } from "./relay-rooms.ts";

/** Bytes of a frame beside a payload: kind, number, topic, bounds. */
const frameOverhead = 512;
/** Bytes that a payload, or an entry of a log, may have. */
export const maxPayload = 8_388_608;

/** What a relay counts. */
export type RelayCounts = {
  /** Buses that are connected. */
  connections: number;
  /** Messages that were published. */
  published: number;
  /** Copies of them that were handed to a connection. */
  delivered: number;
  /** Copies that were dropped, because a process does not read what it gets. */
  dropped: number;
};

/** The relay's end of one connection: does what a bus asks, in order. */
export class RelayConnection {
  readonly topics: Set<string> = new Set();
  prefix = "";
  readonly #socket: Socket;
  readonly #rooms: RelayRooms;
  readonly #counts: RelayCounts;
  readonly #buffer: number;
  readonly #reader = new FrameReader(maxPayload + frameOverhead);
  #greeted = false;
  #done: number | undefined;
  #corked = false;

  /** `buffer` is how many bytes may wait for the process before messages for it are dropped. */
  constructor(socket: Socket, rooms: RelayRooms, counts: RelayCounts, buffer: number) {
    this.#socket = socket;
    this.#rooms = rooms;
    this.#counts = counts;
    this.#buffer = buffer;
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
  }

  /** Hands over a message, framed already; drops it when too much waits. */
  deliver(frame: Buffer): void {
    if (this.#socket.writableLength > this.#buffer) {
      this.#counts.dropped++;
      return;
    }
    this.#counts.delivered++;
    this.#write(frame);
  }

  #read(chunk: Buffer): void {
    try {
      this.#reader.push(chunk, (frame) => this.#hear(new FrameFields(frame)));
    } catch {
      // Not one of our buses, or one of another version.
      this.#socket.destroy();
      return;
    }
    if (this.#done === undefined) return;
    this.#write(encodeDone(this.#done));
    this.#done = undefined;
  }

  #hear(frame: FrameFields): void {
    const request = frame.byte();
    if (!this.#greeted) {
      if (request !== Request.Hello || frame.byte() !== version) throw new TypeError("no hello of ours");
      this.#greeted = true;
      this.prefix = `${frame.rest().toString()}:`;
      return;
    }
    const id = frame.word();
    switch (request) {
      case Request.Subscribe:
        for (const topic of frame.names()) this.#rooms.subscribe(this, this.prefix + topic);
        this.#done = id;
        break;
      case Request.Unsubscribe:
        for (const topic of frame.names()) this.#rooms.unsubscribe(this, this.prefix + topic);
        break;
      case Request.Publish: {
        const topic = frame.name();
        this.#counts.published++;
        this.#rooms.publish(this, topic, frame.rest());
        this.#done = id;
        break;
      }
      case Request.Append: {
        const topic = frame.name();
        const bounds = frame.bounds();
        // A copy: what comes in a chunk would keep all of it.
        const entry = new Uint8Array(frame.rest());
        this.#write(encodePlace(id, this.#rooms.append(this.prefix + topic, entry, bounds)));
        break;
      }
      case Request.Read: {
        const topic = frame.name();
        const bounds = frame.bounds();
        this.#write(encodeReading(id, this.#rooms.read(this.prefix + topic, frame.since(), bounds)));
        break;
      }
      case Request.Ping:
        this.#done = id;
        break;
      default:
        throw new TypeError(`request ${request}`);
    }
  }

  /** All frames of one turn leave in one write. */
  #write(frame: Buffer): void {
    if (!this.#corked) {
      this.#corked = true;
      this.#socket.cork();
      setImmediate(() => {
        this.#corked = false;
        this.#socket.uncork();
      });
    }
    this.#socket.write(frame);
  }
}
