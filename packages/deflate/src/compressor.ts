import { constants, deflateRaw, deflateRawSync, type ZlibOptions } from "node:zlib";
import { copyOut } from "./copy-out.ts";
import type { Engine } from "./engine.ts";
import { onThreadPool } from "./on-thread-pool.ts";

/** Up to this length compressing takes less time than handing the message to the thread pool and back does. */
const shortMessage = 32_768;
/** zlib refers to nothing nearer than this to the far end of its window: the longest match and some. */
const lookahead = 262;
/** What a flush ends with, 00 00 FF FF, which is not sent (RFC 7692 §7.2.1). */
const tail = 4;

/** With room for what does not get smaller. */
const output = new Uint8Array(shortMessage + 64);

/** How a compressor works: zlib's own settings. */
export type CompressorSettings = {
  /** 1, fast, to 9, small. */
  readonly level: number;
  /** 1 to 9: 2^(memLevel + 9) octets while a message is compressed. */
  readonly memLevel: number;
  /** The base-2 logarithm of the largest window, 9 to 15. */
  readonly windowBits: number;
};

/**
 * Compresses messages, one at a time and whole (RFC 7692 §7.2.1). It remembers nothing between them: whoever takes over
 * context hands in the window.
 */
export class Compressor {
  readonly #settings: CompressorSettings;
  readonly #engine: Engine | undefined;

  /** `engine` is made with the same settings. Without one every message has a zlib object made for it. */
  constructor(settings: CompressorSettings, engine: Engine | undefined) {
    this.#settings = settings;
    this.#engine = engine;
  }

  /** Whether a message is better compressed at once than on the thread pool. */
  isShort(payload: Uint8Array): boolean {
    return payload.length <= shortMessage;
  }

  /** Compresses a short message at once; `undefined` when the result is no smaller. */
  compress(payload: Uint8Array, window: Uint8Array | undefined): Uint8Array | undefined {
    if (this.#engine === undefined || window !== undefined) {
      return withoutTail(payload, deflateRawSync(payload, this.#options(payload.length, window)));
    }
    const { written } = this.#engine.run(payload, payload.length, output)!;
    return written - tail < payload.length ? copyOut(output, written - tail) : undefined;
  }

  /** The same on the thread pool. The payload must stay as it is; the window is copied before this returns. */
  async compressElsewhere(
    payload: Uint8Array,
    window: Uint8Array | undefined,
  ): Promise<Uint8Array | undefined> {
    return withoutTail(
      payload,
      await onThreadPool(deflateRaw, payload, this.#options(payload.length, window)),
    );
  }

  /**
   * A window that is larger than the message and what came before it is of no use, and most of what one call costs is the
   * memory that zlib prepares for it.
   */
  #options(length: number, window: Uint8Array | undefined): ZlibOptions {
    const { level, memLevel, windowBits } = this.#settings;
    const reach = length + lookahead + (window?.length ?? 0);
    const bits = Math.min(windowBits, Math.max(10, 32 - Math.clz32(reach - 1)));
    const options: ZlibOptions = {
      level,
      memLevel: Math.min(memLevel, Math.max(5, bits - 7)),
      windowBits: bits,
      chunkSize: Math.min(1_048_576, (length >> 1) + 512),
      finishFlush: constants.Z_SYNC_FLUSH,
    };
    if (window !== undefined) options.dictionary = window;
    return options;
  }
}

function withoutTail(payload: Uint8Array, flushed: Uint8Array): Uint8Array | undefined {
  const length = flushed.length - tail;
  return length < payload.length ? flushed.subarray(0, length) : undefined;
}
