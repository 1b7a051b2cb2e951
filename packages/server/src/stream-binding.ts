import type { DirectSocket } from "./direct-socket.ts";

/** The handle of a TCP or Unix socket, as far as it is touched. */
export interface StreamHandle {
  /** Called with the handle as `this` after each read; how it went stands in the state of the binding. */
  onread: (this: StreamHandle) => undefined;
  /**
   * Ours: whose handle it is. An accepted handle has no use for this property of listening ones; one of our own would cost
   * another object.
   */
  onconnection: DirectSocket;
  readonly writeQueueSize: number | undefined;
  useUserBuffer(buffer: Uint8Array): void;
  readStart(): number;
  readStop(): number;
  writeBuffer(request: WriteRequest | null, bytes: Uint8Array): number | WriteRequest;
  writev(request: WriteRequest | null, chunks: Uint8Array[], allBuffers: true): number | WriteRequest;
  shutdown(request: Request): number;
  close(done: (this: StreamHandle) => void): void;
  /** Those of TCP only. */
  getpeername?(into: { address?: string }): number;
  setNoDelay?(on: boolean): number;
}

/** Something asked of libuv that ends later. */
export interface Request {
  oncomplete: (this: this, status: number) => void;
  owner: DirectSocket;
}

/** A write that the kernel did not take at once. */
export interface WriteRequest extends Request {
  size: number;
  /** The memory that is written from. */
  held: Uint8Array | Uint8Array[];
  /** Node 26: how it ended, if it has within the call. */
  readonly writeStatus?: number | null;
}

/** What has to be known besides a handle to drive it: `stream_wrap` of Node. */
export type StreamBinding = {
  /** Bytes that were read, or a negative error: for `onread`. */
  readResult(): number;
  /** Writes: 0 when the kernel took everything, a negative error, or a request that ends later. */
  writeBuffer(handle: StreamHandle, bytes: Uint8Array): number | WriteRequest;
  writev(handle: StreamHandle, chunks: Uint8Array[]): number | WriteRequest;
  makeShutdown(): Request;
};

/** The end of the stream, as a result of reading: `UV_EOF`, the same on all systems. */
export const endOfStream: number = -4095;

let found: StreamBinding | undefined;
let looked = false;

/**
 * The binding of this Node, or `undefined` where there is none, or nobody may have it: under `--permission` that is so, and
 * in other runtimes. Undocumented: taken only when all of it looks as expected.
 */
export function streamBinding(): StreamBinding | undefined {
  if (!looked) {
    looked = true;
    found = lookUp((process as unknown as { binding?: Load }).binding);
  }
  return found;
}

type Load = (name: string) => unknown;

/** Makes a binding of what `load` gives, in a runtime of these versions. */
export function lookUp(
  load: Load | undefined,
  versions: NodeJS.Dict<string> = process.versions,
): StreamBinding | undefined {
  // Their bindings have the names of Node's, and tell less: Deno's call without saying which handle it is about.
  if (versions["deno"] !== undefined || versions["bun"] !== undefined) return undefined;
  // Under `--pending-deprecation` Node warns whoever calls it, and is asked by its user to do so.
  if (load === undefined || load.name === "deprecated") return undefined;
  try {
    const raw = load("stream_wrap") as Raw;
    if (!isComplete(raw)) return undefined;
    return raw.kLastWriteErr === undefined ? withOurRequests(raw) : withItsRequests(raw, raw.kLastWriteErr);
  } catch {
    return undefined;
  }
}

type Raw = {
  readonly streamBaseState: Int32Array;
  readonly kReadBytesOrError: number;
  readonly kLastWriteWasAsync: number;
  /** From Node 26 on. */
  readonly kLastWriteErr?: number;
  readonly WriteWrap: new () => WriteRequest;
  readonly ShutdownWrap: new () => Request;
};

function isComplete(raw: Raw): boolean {
  const { streamBaseState: state, kLastWriteErr = raw.kLastWriteWasAsync } = raw;
  const isIndex = (value: unknown) => Number.isInteger(value) && state[value as number] !== undefined;
  return (
    state instanceof Int32Array &&
    isIndex(raw.kReadBytesOrError) &&
    isIndex(kLastWriteErr) &&
    typeof raw.WriteWrap === "function" &&
    typeof raw.ShutdownWrap === "function"
  );
}

/** Up to Node 24 the caller brings the request. One that was not needed serves the next write. */
function withOurRequests(raw: Raw): StreamBinding {
  const { streamBaseState: state, kReadBytesOrError, kLastWriteWasAsync, WriteWrap, ShutdownWrap } = raw;
  let spare = new WriteWrap();
  const settle = (error: number | WriteRequest): number | WriteRequest => {
    if (error === 0 && state[kLastWriteWasAsync] === 0) return 0;
    const request = spare;
    spare = new WriteWrap();
    return error === 0 ? request : error;
  };
  return {
    readResult: () => state[kReadBytesOrError]!,
    writeBuffer: (handle, bytes) => settle(handle.writeBuffer(spare, bytes)),
    writev: (handle, chunks) => settle(handle.writev(spare, chunks, true)),
    makeShutdown: () => new ShutdownWrap(),
  };
}

/** From Node 26 on a write gives a request when it needs one. */
function withItsRequests(raw: Raw, kLastWriteErr: number): StreamBinding {
  const { streamBaseState: state, kReadBytesOrError, ShutdownWrap } = raw;
  const settle = (result: number | WriteRequest): number | WriteRequest =>
    typeof result !== "number" && state[kLastWriteErr] !== 0 ? state[kLastWriteErr]! : result;
  return {
    readResult: () => state[kReadBytesOrError]!,
    writeBuffer: (handle, bytes) => settle(handle.writeBuffer(null, bytes)),
    writev: (handle, chunks) => settle(handle.writev(null, chunks, true)),
    makeShutdown: () => new ShutdownWrap(),
  };
}
