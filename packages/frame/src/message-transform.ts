import type { PreparedMessage } from "./prepared-message.ts";

/**
 * What an extension does to the messages of one connection; permessage-deflate compresses them
 * (RFC 6455 §5.8, §9; RFC 7692).
 *
 * Calls of `encode` and `encodePrepared` come in the order in which the messages are sent, those of `decode` in the order
 * in which they came, and the next never before the promise of the one before has settled.
 */
export interface MessageTransform {
  /** The reserved bits that mark an encoded message on its first frame: RSV1 is 4. */
  readonly rsv: number;
  /** Messages of fewer octets are never encoded. */
  readonly threshold: number;
  /** Encodes a payload, which is left as it is; `undefined` when the message is better sent as it is. */
  encode(payload: Uint8Array): Uint8Array | undefined | Promise<Uint8Array | undefined>;
  /**
   * The whole frame of a prepared message, encoded: one result serves all connections that agreed on the same parameters,
   * and must not be changed. `undefined` when the message is better sent as it is.
   */
  encodePrepared(message: PreparedMessage): Uint8Array | undefined | Promise<Uint8Array | undefined>;
  /**
   * Decodes a payload, whole. The result is the receiver's to keep. Throws or rejects with a ProtocolError when the
   * payload is broken or decodes to more than the limit.
   */
  decode(payload: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /** The connection is gone: frees what is held; promises that are pending settle all the same. */
  close(): void;
}
