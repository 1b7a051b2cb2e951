import { markAsUntransferable } from "node:worker_threads";
import type { PayloadMemory } from "@exws/frame";
import { receivedWords } from "./received-words.ts";

/** What small payloads share, and what larger ones share: a payload that is kept holds on to that much at most. */
const smallSlab = 8_192;
const largeSlab = 65_536;
/** The longest payload of each. Longer ones get memory of their own: a slab would be used up by a few of them. */
const smallShare = 64;
const largeShare = 16_384;
/** From this size on memory is worth being borrowed again, and so much of it is kept ready. */
const worthKeeping = 65_536;
const spareLimit = 4_194_304;

/** Memory that is given out from its beginning to its end. */
type Slab = { buffer: ArrayBuffer; view: DataView; used: number };

/**
 * Memory of Node for payloads, which is not zeroed before they are copied into it. What a handler keeps of it pins 64 KiB at
 * most beyond its own size, and 8 KiB when it is small. One per server, or fewer.
 */
export class PayloadSlabs implements PayloadMemory {
  readonly #small: Slab = noSlab();
  readonly #large: Slab = noSlab();
  readonly #spare: Uint8Array<ArrayBuffer>[] = [];
  #spareBytes = 0;

  take(length: number): Uint8Array<ArrayBuffer> {
    if (length > largeShare) return this.takeWhole(length);
    const slab = this.#slab(length);
    return new Uint8Array(slab.buffer, reserve(slab, length), length);
  }

  takeWhole(length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(newMemory(length), 0, length);
  }

  takeUnmasked(
    source: Uint8Array,
    start: number,
    length: number,
    key: number,
  ): Uint8Array<ArrayBuffer> | undefined {
    const from = receivedWords(source);
    if (from === undefined) return undefined;
    const slab = this.#slab(length);
    const at = reserve(slab, length);
    const { view } = slab;
    const words = length & ~3;
    for (let i = 0; i < words; i += 4) view.setInt32(at + i, from.getInt32(start + i) ^ key);
    for (let i = words, k = key; i < length; i++, k <<= 8)
      view.setUint8(at + i, from.getUint8(start + i) ^ (k >>> 24));
    return new Uint8Array(slab.buffer, at, length);
  }

  borrow(length: number): Uint8Array<ArrayBuffer> {
    const spare = length < worthKeeping ? undefined : this.#spare.pop();
    this.#spareBytes -= spare?.length ?? 0;
    return spare !== undefined && spare.length >= length ? spare : this.takeWhole(length);
  }

  giveBack(bytes: Uint8Array<ArrayBuffer>): void {
    if (bytes.length < worthKeeping || this.#spareBytes + bytes.length > spareLimit) return;
    this.#spare.push(bytes);
    this.#spareBytes += bytes.length;
  }

  /** A slab with room. */
  #slab(length: number): Slab {
    const slab = length <= smallShare ? this.#small : this.#large;
    const { byteLength } = slab.buffer;
    // Somebody may have transferred the memory away all the same, which leaves none.
    if (slab.used + length > byteLength || byteLength === 0) {
      slab.buffer = newMemory(length <= smallShare ? smallSlab : largeSlab);
      // Who transferred a message to another thread would take those of others with it.
      markAsUntransferable(slab.buffer);
      slab.view = new DataView(slab.buffer);
      slab.used = 0;
    }
    return slab;
  }
}

/** Where the next `length` octets of a slab begin. */
function reserve(slab: Slab, length: number): number {
  const at = slab.used;
  // Keeps the next payload aligned for masking by words.
  slab.used = at + ((length + 7) & ~7);
  return at;
}

function noSlab(): Slab {
  const buffer = new ArrayBuffer(0);
  return { buffer, view: new DataView(buffer), used: 0 };
}

function newMemory(length: number): ArrayBuffer {
  return Buffer.allocUnsafeSlow(length).buffer;
}
