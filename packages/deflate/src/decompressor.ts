import { inflateRaw, inflateRawSync } from "node:zlib";
import { ProtocolError } from "@exws/frame";
import { copyOut } from "./copy-out.ts";
import type { Engine, Run } from "./engine.ts";
import { type InflateResult, Inflation, isComplete, trailer } from "./inflation.ts";
import { onThreadPool } from "./on-thread-pool.ts";

/** More compressed octets than this go to the thread pool. */
const shortPayload = 32_768;
/** Up to this much comes out at once in less time than handing it to the thread pool and back takes. */
const shortMessage = 131_072;
/** What comes out in one piece on the thread pool. */
const largeChunk = 131_072;
/** A message of no more than this is never refused for its ratio: a short one may well be one octet repeated. */
const ratioFloor = 65_536;
/** DEFLATE cannot do better: 258 octets in two bits. */
const largestRatio = 1_032;

const input = new Uint8Array(shortPayload + trailer.length);
/** One more than a short message, which tells that there is more. */
const output = new Uint8Array(shortMessage + 1);

/**
 * Decompresses messages, one at a time and whole (RFC 7692 §7.2.2). It remembers nothing between them: whoever takes over
 * context hands in the window.
 */
export class Decompressor {
  /** The most octets that may come out of a message. */
  readonly maxMessage: number;
  readonly #maxRatio: number;
  readonly #engine: Engine | undefined;

  /**
   * `maxRatio` is the most octets that may come out per octet that goes in. Without an engine every message has a zlib
   * object made for it.
   */
  constructor(maxMessage: number, maxRatio: number, engine: Engine | undefined) {
    this.maxMessage = maxMessage;
    this.#maxRatio = maxRatio;
    this.#engine = engine;
  }

  /**
   * Decompresses at once; `undefined` when the message is, or turns out to be, better decompressed on the thread pool. The
   * result is the receiver's to keep. Throws a ProtocolError.
   */
  decompress(payload: Uint8Array, window: Uint8Array | undefined): Uint8Array | undefined {
    if (payload.length > shortPayload) return undefined;
    const limit = this.#limit(payload);
    if (this.#engine !== undefined && window === undefined) {
      const run = runShort(this.#engine, payload);
      if (run !== undefined) {
        if (run.written > limit) throw new ProtocolError("message-too-large");
        if (run.written > shortMessage) return undefined;
        if (isComplete(run.unread)) return copyOut(output, run.written);
      }
    }
    return decompressStepwise(payload, window, limit);
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
    return Math.min(this.maxMessage, Math.max(ratioFloor, this.#maxRatio * payload.length));
  }
}

/** Leaves the message in `output`. Whatever is odd about it is judged stepwise. */
function runShort(engine: Engine, payload: Uint8Array): Run | undefined {
  input.set(payload);
  input.set(trailer, payload.length);
  return engine.run(input, payload.length + trailer.length, output);
}

function decompressStepwise(
  payload: Uint8Array,
  window: Uint8Array | undefined,
  limit: number,
): Uint8Array | undefined {
  const inflation = new Inflation(payload, window, Math.min(limit, shortMessage));
  const chunkSize = Math.min(65_536, 5 * payload.length + 128);
  try {
    for (;;) {
      const message = inflation.take(inflateNow(inflation, chunkSize));
      if (message !== undefined) return message;
    }
  } catch (error) {
    const failure = asProtocolError(error);
    if (failure.code === "message-too-large" && limit > shortMessage) return undefined;
    throw failure;
  }
}

/** With `info` the result comes with its engine, which the types of Node do not say. */
function inflateNow(inflation: Inflation, chunkSize: number): InflateResult {
  return inflateRawSync(inflation.rest, inflation.options(chunkSize)) as unknown as InflateResult;
}

async function inflateElsewhere(inflation: Inflation): Promise<InflateResult> {
  const result = await onThreadPool(inflateRaw, inflation.rest, inflation.options(largeChunk));
  return result as unknown as InflateResult;
}

/** The peer's fault in our words; what is not the peer's fault is thrown on. */
function asProtocolError(error: unknown): ProtocolError {
  if (error instanceof ProtocolError) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ERR_BUFFER_TOO_LARGE") return new ProtocolError("message-too-large");
  if (code === "Z_DATA_ERROR") return new ProtocolError("invalid-compressed-data");
  throw error;
}
