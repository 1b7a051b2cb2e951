import type { Duplex } from "node:stream";
import type { Transport } from "./transport.ts";

/** Who hears what happens on a socket: an opening handshake first, the connection after it. */
export interface Receiver {
  /** Bytes came. They are the receiver's until it returns: the memory is used again. */
  onBytes(chunk: Uint8Array, start: number, end: number): void;
  /** The peer ended its side of TCP. */
  onEnd(): void;
  /** The socket is gone. Called exactly once. */
  onGone(): void;
}

/** Where a socket has its receiver. Registered, so that two copies of this package know each other's sockets. */
export const receiverKey: unique symbol = Symbol.for("exws.receiver");

/** A socket that knows its receiver. */
export type LinkedSocket = (Duplex | Transport) & { [receiverKey]?: Receiver | undefined };

/** The receiver of a socket, if it is one of ours. */
export function receiverOf(socket: LinkedSocket): Receiver | undefined {
  return socket[receiverKey];
}

/** Hands a socket over to another receiver. */
export function setReceiver(socket: LinkedSocket, receiver: Receiver): void {
  socket[receiverKey] = receiver;
}

/**
 * Lets a receiver hear the events of a socket. The listeners are shared by all sockets: a connection costs no closure.
 * An error needs no answer of its own: the socket is closed after it.
 */
export function listen(socket: Duplex, receiver: Receiver): void {
  setReceiver(socket, receiver);
  socket.on("error", ignore);
  socket.on("end", onEnd);
  socket.on("close", onClose);
}

/** Makes a socket deliver what it reads by `data` events. */
export function readByEvents(socket: Duplex): void {
  socket.on("data", onData);
}

function ignore(): void {}

function onData(this: LinkedSocket, chunk: Uint8Array): void {
  this[receiverKey]?.onBytes(chunk, 0, chunk.length);
}

/** The listener for `end`. */
export function onEnd(this: LinkedSocket): void {
  this[receiverKey]?.onEnd();
}

function onClose(this: LinkedSocket): void {
  this[receiverKey]?.onGone();
}
