import type { Duplex } from "node:stream";
import { DirectSocket } from "./direct-socket.ts";

/** A socket as far as connections use one: a {@link DirectSocket}, or any `Duplex`. */
export interface Transport {
  /** Bytes that the kernel has not taken. */
  readonly writableLength: number;
  /** More than 0 between `cork` and `uncork`. */
  readonly writableCorked: number;
  readonly destroyed: boolean;
  /** The socket is gone, and everybody knows. */
  readonly closed: boolean;
  /** Sends bytes, which must not be changed until they are taken: `taken` tells, or that they never will be. */
  write(bytes: Uint8Array, taken?: () => void): unknown;
  /** What is written from here on leaves with `uncork`, in one write. */
  cork(): void;
  uncork(): void;
  /** Ends our side of TCP behind all that was written, `bytes` last. */
  end(bytes?: Uint8Array): unknown;
  /** Drops TCP, and what was not taken. */
  destroy(): unknown;
  pause(): unknown;
  resume(): unknown;
  isPaused(): boolean;
}

/** What Node calls the socket. */
export function duplexOf(transport: Transport): Duplex {
  return transport instanceof DirectSocket ? transport.socket : (transport as Duplex);
}
