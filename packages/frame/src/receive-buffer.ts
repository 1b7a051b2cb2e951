const size = 131_072;

/**
 * The WebAssembly below, compiled, in base64; a test assembles the text and compares.
 *
 *     (module
 *       (memory (export "m") 2 2)
 *       (func (export "x") (param $at i32) (param $end i32) (param $key i32)
 *         (local $k v128)
 *         (local.set $k (i32x4.splat (local.get $key)))
 *         (block $done
 *           (loop $sixteen
 *             (br_if $done (i32.gt_u (i32.add (local.get $at) (i32.const 16)) (local.get $end)))
 *             (v128.store (local.get $at) (v128.xor (v128.load (local.get $at)) (local.get $k)))
 *             (local.set $at (i32.add (local.get $at) (i32.const 16)))
 *             (br $sixteen)))
 *         (block $end
 *           (loop $one
 *             (br_if $end (i32.ge_u (local.get $at) (local.get $end)))
 *             (i32.store8 (local.get $at) (i32.xor (i32.load8_u (local.get $at)) (local.get $key)))
 *             (local.set $key (i32.rotr (local.get $key) (i32.const 8)))
 *             (local.set $at (i32.add (local.get $at) (i32.const 1)))
 *             (br $one)))))
 */
const code =
  "AGFzbQEAAAABBwFgA39/fwADAgEABQQBAQICBwkCAW0CAAF4AAAKXwFdAQF7IAL9ESEDAkADQCAAQRBqIAFLDQEgACAA/QAEACAD/VH9CwQAIABB" +
  "EGohAAwACwsCQANAIAAgAU8NASAAIAAtAAAgAnM6AAAgAkEIeCECIABBAWohAAwACwsL";

/** As much of WebAssembly as is used: no runtime's own types are needed. */
type Wasm = {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { exports: Exports };
};
type Exports = {
  readonly m: { readonly buffer: ArrayBuffer };
  readonly x: (at: number, end: number, key: number) => void;
};

let buffer: Uint8Array<ArrayBuffer> | undefined;
let mask: Exports["x"] | undefined;

/**
 * The buffer of 128 KiB to read into, one for the whole process: what is pushed to a decoder from it is unmasked where it
 * stands, sixteen octets at a time, and so only once. Where there is no WebAssembly with SIMD it is memory like any other.
 *
 * Reading has to be synchronous: read, push, and call `next` until it returns `undefined`, before anybody reads again.
 */
export function receiveBuffer(): Uint8Array {
  buffer ??= withSimd() ?? new Uint8Array(size);
  return buffer;
}

/**
 * Unmasks octets of the receive buffer where they stand; `false`, and nothing done, when `bytes` is another buffer. `key` is
 * the key as it applies to the first of them.
 */
export function maskReceived(bytes: Uint8Array, start: number, end: number, key: number): boolean {
  if (bytes !== buffer || mask === undefined) return false;
  // The machine is little-endian (WebAssembly always is): the octet that comes first is the lowest.
  mask(start, end, (key << 24) | ((key & 0xff00) << 8) | ((key >>> 8) & 0xff00) | (key >>> 24));
  return true;
}

function withSimd(): Uint8Array<ArrayBuffer> | undefined {
  try {
    const { WebAssembly } = globalThis as unknown as { WebAssembly: Wasm };
    const module = new WebAssembly.Module(Uint8Array.from(atob(code), (char) => char.charCodeAt(0)));
    const { m, x } = new WebAssembly.Instance(module).exports;
    mask = x;
    return new Uint8Array(m.buffer);
  } catch {
    // Missing, without SIMD, or forbidden by a content security policy.
    return undefined;
  }
}
