import { isUtf8 } from "node:buffer";
import type { Utf8Codec } from "@exws/frame";
import { shortAscii } from "./short-ascii.ts";

/** A larger payload is seen once; keeping it would hold on to its memory. */
const worthKeeping = 65_536;
/** The stretch that `kept` shows: the decoder hands in the same scratch memory again and again. */
let seen: Uint8Array | undefined;
let kept: Buffer = Buffer.alloc(0);

function viewOf(bytes: Uint8Array): Buffer {
  if (bytes === seen) return kept;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length <= worthKeeping) {
    seen = bytes;
    kept = view;
  }
  return view;
}

/** Node's native functions for the decoder. */
export const nodeUtf8: Utf8Codec = {
  isValid(bytes: Uint8Array, start: number, end: number): boolean {
    return isUtf8(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end));
  },
  decode(bytes: Uint8Array, start: number, end: number, ascii: boolean): string {
    return viewOf(bytes).toString(ascii ? "latin1" : "utf8", start, end);
  },
  decodeMasked: shortAscii,
};
