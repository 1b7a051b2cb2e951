/** Where a server is. */
export type Address = { readonly host: string; readonly port: number };

/** A word of a command. */
export type Word = string | Uint8Array;

/** What a transport tells. Nothing is told after `lost`. */
export type TransportEvents = {
  message(channel: string, payload: Uint8Array): void;
  /** The connection is gone, or no longer to be trusted. */
  lost(cause: unknown): void;
  /** The server has ended subscriptions by itself: their slot has moved. */
  moved(): void;
};

/**
 * One connection of a client library, without anything that the library does by itself: no reconnecting, no queue while it is not
 * connected, no sending again. What each library does wrong otherwise is told in docs/decisions/2026-11-23-redis-bus.md.
 */
export interface Transport {
  /** Connects and resolves when commands may be sent. */
  connect(): Promise<void>;
  /** Bulk strings of the reply are Buffers; errors reject. */
  command(words: readonly Word[]): Promise<unknown>;
  /** Resolves when all channels are confirmed. */
  subscribe(channels: readonly string[], sharded: boolean): Promise<void>;
  unsubscribe(channels: readonly string[], sharded: boolean): Promise<void>;
  /** Closes the socket at once. May be called at any time, more than once. */
  destroy(): void;
}

/** Makes transports out of a user's client, which itself is left alone. */
export interface Dialer {
  /** Whether the client is one of a cluster. */
  readonly cluster: boolean;
  /** A transport that is not connected, to the server of the client or, of a cluster, to the one at the address. */
  dial(address: Address | undefined, timeout: number, events: TransportEvents): Transport;
  /** Of a cluster: finds out how to reach servers, and where some are. Rejects when none can be reached. */
  seeds(timeout: number): Promise<readonly Address[]>;
}

/** The bytes of a word without copying them, as the libraries want them. */
export function wordOf(word: Word): string | Buffer {
  return typeof word === "string" ? word : Buffer.from(word.buffer, word.byteOffset, word.byteLength);
}

/** The text of a reply that is one, however the library gives it. */
export function textOf(reply: unknown): string {
  return reply instanceof Uint8Array ? Buffer.from(reply).toString("latin1") : String(reply);
}
