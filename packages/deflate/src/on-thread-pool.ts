import type { ZlibOptions } from "node:zlib";

/** `deflateRaw` or `inflateRaw`, which take what they are given on Node's thread pool and always call back. */
export type ZlibFunction = (
  input: Uint8Array,
  options: ZlibOptions,
  callback: (error: Error | null, result: Buffer) => void,
) => void;

/** Runs one of zlib's functions on the thread pool. A dictionary has been copied when this returns, the input is read later. */
export function onThreadPool(run: ZlibFunction, input: Uint8Array, options: ZlibOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    run(input, options, (error, result) => {
      if (error === null) resolve(result);
      else reject(error);
    });
  });
}
