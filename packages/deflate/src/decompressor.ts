import { inflateRaw, inflateRawSync } from "node:zlib";
import { ProtocolError } from "@exws/frame";
import { type InflateResult, Inflation } from "./inflation.ts";

/** More compressed octets than this go to the thread pool. */
const shortPayload = 32_768;
/** Up to this much comes out at once in less time than handing it to the thread pool and back takes. */
const shortMessage = 131_072;
/** What comes out in one piece on the thread pool. */
const largeChunk = 131_072;
/** A message of no more than this is never refused for its ratio: small ones may well be one octet repeated. */
const ratioFloor = 65_536;
/** DEFLATE cannot do better: 258 octets in two bits. */
const largestRatio = 1_032;

/** Decompresses messages, one at a time and whole (RFC 7692 §7.2.2). It holds no state between them. */
export class Decompressor {
  readonly #maxMessage: number;
  readonly #maxRatio: number;

  /** `maxMessage` is the most octets that may come out of a message, `maxRatio` the most per octet that goes in. */
  constructor(maxMessage: number, maxRatio: number) {
    this.#maxMessage = maxMessage;
    this.#maxRatio = maxRatio;
  }

  /**
   * Decompresses at once, unless the message turns out to be long: then `undefined`. The result is the receiver's to
   * keep. Throws a ProtocolError.
   */
  decompress(payload: Uint8Array, window: Uint8Array | undefined): Uint8Array | undefined {
    if (payload.length === 0) return new Uint8Array(0);
    if (payload.length > shortPayload) return undefined;
    const limit = this.#limit(payload);
    const inflation = new Inflation(payload, window, Math.min(limit, shortMessage));
    const chunkSize = Math.min(65_536, 5 * payload.length + 128);
    try {
      for (;;) {
        const message = inflation.take(inflateNow(inflation, chunkSize));
        if (message !== undefined) return message;
      }
    } catch (error) {
      const failure = asProtocolError(error);
      if (limit > shortMessage && failure.code === "message-too-large") return undefined;
      throw failure;
    }
  }

  /** The same on the thread pool, whatever the length. The payload and the window are copied before this returns. */
  async decompressElsewhere(payload: Uint8Array, window: Uint8Array | undefined): Promise<Uint8Array> {
    const inflation = new Inflation(payload, window, this.#limit(payload));
    try {
      for (;;) {
        const message = inflation.take(await inflateElsewhere(inflation));
        if (message !== undefined) return message;
      }
    } catch (error) {
      throw asProtocolError(error);
    }
  }

  /** The octets that decompressing may take: those of the payload and the most that may come out. */
  cost(payload: Uint8Array): number {
    return payload.length + Math.min(this.#limit(payload), largestRatio * payload.length);
  }

  #limit(payload: Uint8Array): number {
    return Math.min(this.#maxMessage, Math.max(ratioFloor, this.#maxRatio * payload.length));
  }
}

/** With `info` the result comes with its engine, which the types of Node do not know. */
function inflateNow(inflation: Inflation, chunkSize: number): InflateResult {
  return inflateRawSync(inflation.rest, inflation.options(chunkSize)) as unknown as InflateResult;
}

function inflateElsewhere(inflation: Inflation): Promise<InflateResult> {
  return new Promise((resolve, reject) => {
    inflateRaw(inflation.rest, inflation.options(largeChunk), (error, result) => {
      if (error === null) resolve(result as unknown as InflateResult);
      else reject(error);
    });
  });
}

/** The peer's fault in our words; what is not the peer's fault is thrown on. */
function asProtocolError(error: unknown): ProtocolError {
  if (error instanceof ProtocolError) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ERR_BUFFER_TOO_LARGE") return new ProtocolError("message-too-large");
  if (code === "Z_DATA_ERROR") return new ProtocolError("invalid-compressed-data");
  throw error;
}
