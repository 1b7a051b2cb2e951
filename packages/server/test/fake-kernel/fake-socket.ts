import { Duplex } from "node:stream";
import { readFrame, type ServerFrame } from "../support/frame-bytes.ts";

type Done = (error?: Error | null) => void;

/**
 * A TCP socket without a network: a test says how many bytes the kernel takes and when, what comes in and how it ends.
 *
 * What the kernel has not taken stays where the writer has it, as with a real socket: whoever writes into that memory too
 * early is found out by what arrives.
 */
export class FakeSocket extends Duplex {
  readonly #taken: Buffer[] = [];
  /** Bytes that the kernel still takes. */
  #room: number;
  #held: Uint8Array[] = [];
  #done: Done | undefined;
  #closing: (() => void) | undefined;
  #isSlowToClose: boolean;
  #peerEnded = false;
  /** Sizes of the writes that reached the kernel, empty ones left out. */
  readonly writes: number[] = [];
  /** What nobody may do with a socket, and somebody did. */
  readonly faults: string[] = [];
  /** What Node's own sockets tell of the bytes that the kernel has not taken. */
  readonly _handle: { readonly writeQueueSize: number };
  /** Our side of TCP has ended: the FIN is out. */
  isEnded = false;

  /** `room`: bytes that the kernel takes before it has to be asked again. `isSlowToClose`: `close` waits for `letClose`. */
  constructor(room: number = Number.POSITIVE_INFINITY, isSlowToClose = false) {
    super({ allowHalfOpen: true });
    this.#room = room;
    this.#isSlowToClose = isSlowToClose;
    const held = (): number => this.#held.reduce((sum, { length }) => sum + length, 0);
    this._handle = {
      get writeQueueSize() {
        return held();
      },
    };
  }

  /** All bytes that the kernel took, in order. */
  get wire(): Buffer {
    return Buffer.concat(this.#taken);
  }

  /** The frames in them from `start` on; throws for what a server may not send, or half a frame. */
  frames(start = 0): ServerFrame[] {
    const { wire } = this;
    const frames: ServerFrame[] = [];
    for (let at = start; at < wire.length; ) {
      const read = readFrame(wire, at);
      if (read === undefined) break;
      frames.push(read.value);
      at = read.end;
    }
    return frames;
  }

  /** Lets the kernel take more bytes. */
  accept(bytes: number): void {
    this.#room += bytes;
    this.#progress();
  }

  /** From now on the kernel takes `bytes` more, and then none. */
  limit(bytes: number): void {
    this.#room = bytes;
    this.#progress();
  }

  /** The peer sends. */
  receive(bytes: Uint8Array): void {
    if (!this.destroyed && !this.#peerEnded) this.push(Buffer.from(bytes));
  }

  /** The peer ends its side. */
  receiveEnd(): void {
    if (this.destroyed || this.#peerEnded) return;
    this.#peerEnded = true;
    this.push(null);
  }

  /** The connection breaks. */
  reset(): void {
    this.destroy(Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }));
  }

  /** Lets `close` be emitted. */
  letClose(): void {
    this.#isSlowToClose = false;
    this.#closing?.();
    this.#closing = undefined;
  }

  override write(chunk: never, ...rest: never[]): boolean {
    if (this.writableEnded && !this.destroyed) this.faults.push("write after end");
    return super.write(chunk, ...rest);
  }

  override _read(): void {}

  override _write(chunk: Uint8Array, _encoding: string, done: Done): void {
    this.#offer([chunk], done);
  }

  override _writev(chunks: { chunk: Uint8Array }[], done: Done): void {
    this.#offer(
      chunks.map(({ chunk }) => chunk),
      done,
    );
  }

  override _final(done: Done): void {
    this.isEnded = true;
    done();
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#held = [];
    const written = this.#done;
    this.#done = undefined;
    // libuv tells the writers of a socket that goes away, before it is closed.
    if (written !== undefined) process.nextTick(written, error ?? new Error("write ECANCELED"));
    if (this.#isSlowToClose) this.#closing = () => done(error);
    else done(error);
  }

  #offer(chunks: Uint8Array[], done: Done): void {
    const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    if (size > 0) this.writes.push(size);
    this.#held = chunks;
    this.#done = done;
    this.#progress();
  }

  #progress(): void {
    while (this.#held.length > 0 && this.#room > 0) {
      const chunk = this.#held[0]!;
      const size = Math.min(this.#room, chunk.length);
      this.#taken.push(Buffer.from(chunk.subarray(0, size)));
      this.#room -= size;
      if (size === chunk.length) this.#held.shift();
      else this.#held[0] = chunk.subarray(size);
    }
    if (this.#held.every((chunk) => chunk.length === 0)) this.#finishWrite();
  }

  #finishWrite(): void {
    const done = this.#done;
    this.#held = [];
    this.#done = undefined;
    done?.();
  }
}

/** Lets everything happen that streams and promises do by themselves; no time passes, and no turn ends. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 12; i++) await new Promise<void>((resolve) => process.nextTick(resolve));
}
