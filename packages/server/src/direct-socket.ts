import * as net from "node:net";
import { receiveBuffer } from "@exws/frame";
import { listen, onEnd, type Receiver, receiverKey } from "./receiver.ts";
import { SharedReadSocket } from "./shared-read-socket.ts";
import {
  endOfStream,
  type StreamBinding,
  type StreamHandle,
  streamBinding,
  type WriteRequest,
} from "./stream-binding.ts";
import type { Transport } from "./transport.ts";

const ended = 1;
const shutDown = 2;
const peerEnded = 4;
const destroyed = 8;
const closed = 16;
const paused = 32;

let binding: StreamBinding | undefined;
/** The socket that is corked, and what it was given meanwhile: corking never outlasts a call. */
let corked: DirectSocket | undefined;
let gathered: Uint8Array[] = [];
let gatheredBytes = 0;

/** Takes a handle; `undefined`, and nothing is done to it, where Node does not let us drive handles. */
export function directSocket(handle: StreamHandle): DirectSocket | undefined {
  binding ??= streamBinding();
  return binding === undefined ? undefined : new DirectSocket(handle);
}

/**
 * A socket without streams and events: it drives the handle itself, reads into the shared buffer, and tells its receiver. A
 * `net.Socket` of its own would cost four times the memory, and more time than the opening handshake.
 *
 * Both sides of TCP end separately, as with `allowHalfOpen`; once both have, it is gone. Errors are told by that only.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the constructor sets what the interface below adds
export class DirectSocket implements Transport {
  /** Under the name by which it is known of other sockets. */
  readonly _handle: StreamHandle;
  #state = 0;
  /** Bytes in writes that have not ended. */
  #unfinished = 0;
  /** Who waits for these writes. */
  #taken: (() => void)[] | undefined;
  /** The `net.Socket` that somebody asked for; it has the handle then. */
  #socket: net.Socket | undefined;

  /** The handle is the socket's from now on. Nothing is read before `start`. */
  constructor(handle: StreamHandle) {
    this[receiverKey] = undefined;
    this._handle = handle;
    handle.onconnection = this;
    handle.onread = onRead;
    handle.useUserBuffer(receiveBuffer());
  }

  /** Begins to read. */
  start(receiver: Receiver): void {
    this[receiverKey] = receiver;
    this.#read();
  }

  /** The peer's address; "" on a Unix socket, and when it is gone already. */
  get remoteAddress(): string {
    const into: { address?: string } = {};
    this._handle.getpeername?.(into);
    return into.address ?? "";
  }

  /**
   * The same as a socket of Node, for whoever wants all that one can do. It is made when it is first asked for, has the handle
   * from then on, and everything goes through it. One that is asked for too late is destroyed from the beginning.
   */
  get socket(): net.Socket {
    if (this.#socket === undefined) this.#socket = this.#makeSocket();
    return this.#socket;
  }

  get writableLength(): number {
    if (this.#socket !== undefined) return this.#unfinished + this.#socket.writableLength;
    return corked === this ? this.#unfinished + gatheredBytes : this.#unfinished;
  }

  get writableCorked(): number {
    if (this.#socket !== undefined) return this.#socket.writableCorked;
    return corked === this ? 1 : 0;
  }

  get destroyed(): boolean {
    return this.#socket?.destroyed ?? this.#is(destroyed);
  }

  get closed(): boolean {
    return this.#socket?.closed ?? this.#is(closed);
  }

  isPaused(): boolean {
    return this.#socket?.isPaused() ?? this.#is(paused);
  }

  pause(): void {
    if (this.#socket !== undefined) this.#socket.pause();
    else if ((this.#state & (paused | destroyed)) === 0) {
      this.#state |= paused;
      this._handle.readStop();
    }
  }

  resume(): void {
    if (this.#socket !== undefined) this.#socket.resume();
    else if ((this.#state & (paused | destroyed)) === paused) {
      this.#state &= ~paused;
      if (!this.#is(peerEnded)) this.#read();
    }
  }

  write(bytes: Uint8Array, taken?: () => void): void {
    if (this.#socket !== undefined) {
      this.#socket.write(bytes, taken);
      return;
    }
    if ((this.#state & (ended | destroyed)) === 0 && bytes.length > 0) {
      if (corked === this) {
        gathered.push(bytes);
        gatheredBytes += bytes.length;
      } else this.#settle(binding!.writeBuffer(this._handle, bytes), bytes.length, bytes);
    }
    if (taken === undefined) return;
    if (this.#unfinished === 0) process.nextTick(taken);
    else if (this.#taken === undefined) this.#taken = [taken];
    else this.#taken.push(taken);
  }

  cork(): void {
    if (this.#socket !== undefined) this.#socket.cork();
    else if (corked !== this) {
      corked?.uncork();
      corked = this;
    }
  }

  uncork(): void {
    if (this.#socket !== undefined) {
      this.#socket.uncork();
      return;
    }
    if (corked !== this) return;
    const chunks = gathered;
    corked = undefined;
    gathered = [];
    const size = gatheredBytes;
    gatheredBytes = 0;
    if (chunks.length === 0 || this.#is(destroyed)) return;
    this.#settle(binding!.writev(this._handle, chunks), size, chunks);
  }

  end(bytes?: Uint8Array): void {
    if (this.#socket !== undefined) {
      if (bytes === undefined) this.#socket.end();
      else this.#socket.end(bytes);
      return;
    }
    if (bytes !== undefined) this.write(bytes);
    if ((this.#state & (ended | destroyed)) !== 0) return;
    this.#state |= ended;
    // The end of both sides, with nothing left to be sent: closing says it in one.
    if (this.#is(peerEnded) && this.#unfinished === 0) {
      this.destroy();
      return;
    }
    const request = binding!.makeShutdown();
    request.owner = this;
    request.oncomplete = onShutdown;
    // A refusal means that the peer has broken the connection: nothing is left to be ended.
    if (this._handle.shutdown(request) !== 0) this.onShutdown();
  }

  destroy(): void {
    if (this.#socket !== undefined) {
      this.#socket.destroy();
      return;
    }
    if (this.#is(destroyed)) return;
    this.#state |= destroyed;
    this._handle.close(onClosed);
  }

  // What the handle tells.

  /** A read has ended: with so many bytes in the shared buffer, with 0 for nothing yet, or an error. */
  onRead(result: number): void {
    if (this.#is(destroyed)) return;
    if (result > 0) this[receiverKey]?.onBytes(receiveBuffer(), 0, result);
    else if (result === endOfStream) {
      this.#state |= peerEnded;
      this[receiverKey]?.onEnd();
      this.#destroyWhenEnded();
    } else if (result < 0) this.destroy();
  }

  /** A write has ended, with 0 or an error. */
  onWritten(size: number, status: number): void {
    this.#unfinished -= size;
    if (status < 0) this.destroy();
    if (this.#unfinished > 0 || this.#taken === undefined) return;
    const waiting = this.#taken;
    this.#taken = undefined;
    for (const taken of waiting) taken();
  }

  /** Our side of TCP has ended. */
  onShutdown(): void {
    this.#state |= shutDown;
    this.#socket?.end();
    this.#destroyWhenEnded();
  }

  /** The handle is no more. */
  onClosed(): void {
    this.#state |= closed;
    this[receiverKey]?.onGone();
  }

  #is(flag: number): boolean {
    return (this.#state & flag) !== 0;
  }

  #destroyWhenEnded(): void {
    if (this.#socket === undefined && this.#is(peerEnded) && this.#is(shutDown)) this.destroy();
  }

  #settle(result: number | WriteRequest, size: number, held: Uint8Array | Uint8Array[]): void {
    if (result === 0) return;
    if (typeof result === "number") {
      this.destroy();
      return;
    }
    this.#unfinished += size;
    result.owner = this;
    result.size = size;
    result.held = held;
    result.oncomplete = onWritten;
    if (typeof result.writeStatus === "number") result.oncomplete(result.writeStatus);
  }

  #read(): void {
    if (this._handle.readStart() !== 0) this.destroy();
  }

  #makeSocket(): net.Socket {
    if (this.#is(destroyed)) return this.#link(new net.Socket().destroy());
    // It begins by itself.
    this._handle.readStop();
    const socket = this.#link(new SharedReadSocket(this._handle));
    if (this.#is(paused)) socket.pause();
    if (this.#is(shutDown)) socket.end();
    listen(socket, this[receiverKey]!);
    // Its end is heard again, of which the receiver has been told.
    if (this.#is(peerEnded)) socket.off("end", onEnd);
    return socket;
  }

  /** Both have the same receiver, whoever that will be. */
  #link(socket: net.Socket): net.Socket {
    return Object.defineProperty(socket, receiverKey, {
      get: () => this[receiverKey],
      set: (receiver: Receiver) => {
        this[receiverKey] = receiver;
      },
    });
  }
}

/** Its receiver is where that of any socket is. (A computed name within the class could not be emitted as a declaration.) */
export interface DirectSocket {
  [receiverKey]: Receiver | undefined;
}

// Shared by all sockets: a connection costs no closure.

function onRead(this: StreamHandle): undefined {
  this.onconnection.onRead(binding!.readResult());
}

function onWritten(this: WriteRequest, status: number): void {
  this.owner.onWritten(this.size, status);
}

function onShutdown(this: { owner: DirectSocket }): void {
  this.owner.onShutdown();
}

function onClosed(this: StreamHandle): void {
  this.onconnection.onClosed();
}
