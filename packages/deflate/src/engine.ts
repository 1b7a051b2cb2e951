import { constants, type DeflateRaw, type InflateRaw } from "node:zlib";

/** What Node keeps behind its zlib objects. It is not documented. */
type Handle = {
  reset(): void;
  writeSync(
    flush: number,
    input: Uint8Array,
    inputOffset: number,
    inputLength: number,
    output: Uint8Array,
    outputOffset: number,
    outputLength: number,
  ): void;
  onerror: () => void;
};

/** The lines of Node whose zlib objects are known to be made that way: with arguments it does not expect, Node aborts. */
const firstKnown = 22;
const lastKnown = 26;

/** Where a run ended. */
export type Run = {
  /** Octets that came out. */
  readonly written: number;
  /** Octets of the input that were not looked at. */
  readonly unread: number;
};

/**
 * A zlib object that is used for one message after the other. Making one costs as much as compressing a short message,
 * and Node's documented synchronous functions make one for each call; so this reaches behind one, where it is known how.
 */
export class Engine {
  readonly #handle: Handle;
  /** Octets of output and of input that a run left. */
  readonly #left: Uint32Array;
  #failed = false;

  private constructor(handle: Handle, left: Uint32Array) {
    this.#handle = handle;
    this.#left = left;
    handle.onerror = () => {
      this.#failed = true;
    };
  }

  /** Takes a new zlib object over; `undefined` where it is not known how: the documented functions have to do. */
  static of(
    stream: DeflateRaw | InflateRaw,
    versions: Readonly<Record<string, string | undefined>> = process.versions,
  ): Engine | undefined {
    const major = Number.parseInt(versions["node"]!, 10);
    const other = versions["bun"] ?? versions["deno"];
    if (other !== undefined || !(major >= firstKnown && major <= lastKnown)) return undefined;
    const { _handle: handle, _writeState: left } = stream as unknown as Record<string, unknown>;
    return isHandle(handle) && left instanceof Uint32Array ? new Engine(handle, left) : undefined;
  }

  /** Runs one message from the beginning up to a flush; `undefined` when zlib found a fault in it. */
  run(input: Uint8Array, length: number, output: Uint8Array): Run | undefined {
    this.#handle.reset();
    this.#handle.writeSync(constants.Z_SYNC_FLUSH, input, 0, length, output, 0, output.length);
    if (this.#failed) {
      this.#failed = false;
      return undefined;
    }
    return { written: output.length - this.#left[0]!, unread: this.#left[1]! };
  }
}

function isHandle(value: unknown): value is Handle {
  const { reset, writeSync } = (value ?? {}) as Partial<Handle>;
  return typeof reset === "function" && typeof writeSync === "function";
}
