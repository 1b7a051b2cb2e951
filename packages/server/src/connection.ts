import type { Duplex } from "node:stream";
import type { PreparedMessage } from "@exws/frame";

/**
 * What became of something that was to be sent.
 *
 * - `sent`: handed to the operating system, or will be at the end of this turn of the event loop.
 * - `queued`: the peer is behind: `softBuffer` or more bytes wait. Hold back until `drained`.
 * - `dropped`: the outbound bound was reached and the overflow policy gave up this message.
 * - `closed`: the connection is not open. Nothing was sent.
 */
export type WriteResult = "sent" | "queued" | "dropped" | "closed";

/** `connecting`: until the handshake is accepted; `closing`: a Close frame was sent or received. */
export type ReadyState = "connecting" | "open" | "closing" | "closed";

/** What can be sent as a message. */
export type Sendable = string | Uint8Array | PreparedMessage;

/**
 * One WebSocket connection, as the callbacks of a handler see it. It may be kept and used from anywhere; once it is
 * closed its methods do nothing and say "closed", and its fields stay readable.
 */
export interface Connection<State = unknown> {
  /** The application's own: what `init` returned, or `accept({ state })`. */
  state: State;
  /**
   * The socket underneath. Whole frames may be written to it, `text("…").bytes` say, which come behind what was written
   * here until it was taken; the rest of it is the server's. On a port of the server's own it is made when it is first asked for:
   * a `net.Socket` costs more memory than the connection itself.
   */
  readonly socket: Duplex;
  readonly readyState: ReadyState;
  /** The subprotocol agreed on, or "" (RFC 6455 §1.9). */
  readonly protocol: string;
  /** The peer's IP address; "" on a Unix socket. Forwarding headers are never looked at. */
  readonly remoteAddress: string;
  /** Bytes that wait to be sent, frame headers included. */
  readonly bufferedAmount: number;

  /**
   * Sends a message: a string as text, bytes as binary, a prepared message as it is; a handler's `encode` sees it first.
   * Bytes from 32 KiB on are not copied: they must not be changed until they are sent. Never throws for a connection that is
   * closed; throws a TypeError for anything that is not a message.
   */
  write(data: Sendable): WriteResult;
  /** Sends a Ping with at most 125 bytes; a RangeError otherwise (RFC 6455 §5.5.2). */
  ping(data?: string | Uint8Array): WriteResult;
  /** Sends a Pong that nobody asked for. Pings are answered without this (RFC 6455 §5.5.3). */
  pong(data?: string | Uint8Array): WriteResult;
  /**
   * Begins the closing handshake: sends a Close frame after all that was written and waits for the peer's
   * (RFC 6455 §7.1.2). Returns "closed" when that has begun already. Throws a RangeError for a code that may not be
   * sent (allowed: 1000-1003, 1007-1014, 3000-4999) or a reason of more than 123 bytes.
   */
  close(code?: number, reason?: string): "sent" | "closed";
  /** Drops TCP at once: no Close frame, and what waits to be sent is lost. */
  terminate(): void;
  /** Stops reading: no message is delivered until `resume`. TCP holds back the peer. */
  pause(): void;
  /** Reads on. */
  resume(): void;
  /** Resolves when nothing waits to be sent any more, or the connection is closed: at once if that is so already. */
  drained(): Promise<void>;
  /**
   * Calls the listener, with this connection, once it takes no more messages: its closing has begun, from either end, or its
   * socket is lost, or its handshake was refused. That is before the handler's `closed`; at once if it has happened. It may
   * run within a call that ends the connection, as a `write` that overflows does. A listener that is given again is not added
   * again; what it throws goes to `onError`.
   */
  onClosed(listener: (connection: Connection<State>) => void): void;
}
