/**
 * What the decoders need to turn octets into strings. The default works in any runtime; a server hands in its
 * platform's native functions.
 */
export interface Utf8Codec {
  /** Tells whether `bytes[start, end)` is valid UTF-8 as a whole. */
  isValid(bytes: Uint8Array, start: number, end: number): boolean;
  /** The string of `bytes[start, end)`, which are known to be valid UTF-8, and to be ASCII when `ascii` is set. */
  decode(bytes: Uint8Array, start: number, end: number, ascii: boolean): string;
  /**
   * The string of a few octets, still masked by `key`; `undefined` when they are not ASCII, or there is no faster way than to
   * unmask them first.
   */
  decodeMasked?(bytes: Uint8Array, start: number, length: number, key: number): string | undefined;
}

/** Below this many octets the walk octet by octet beats the call of a codec. */
const codecPays = 64;

/**
 * Judges UTF-8 as its octets arrive, cut anywhere, and refuses at the first octet that no continuation could
 * make valid (RFC 3629 §4; RFC 6455 §8.1). Surrogates, overlong forms and values above U+10FFFF are invalid.
 */
export class Utf8Validator {
  readonly #codec: Utf8Codec | undefined;
  /** Continuation octets that the character under way still needs. */
  #need = 0;
  /** Bounds of the next continuation octet: narrower than 80-BF after E0, ED, F0 and F4. */
  #lower = 0x80;
  #upper = 0xbf;

  /** With a codec, whole stretches are judged by its `isValid`. */
  constructor(codec?: Utf8Codec) {
    this.#codec = codec;
  }

  /** Takes more octets; `false`, now and ever after, when the text can no longer be valid. Keeps nothing of `bytes`. */
  push(bytes: Uint8Array, start = 0, end: number = bytes.length): boolean {
    let at = start;
    if (this.#codec !== undefined && end - start >= codecPays) {
      while (this.#need > 0) if (!this.#step(bytes[at++]!)) return this.#fail();
      const tail = unfinishedTail(bytes, end);
      if (!this.#codec.isValid(bytes, at, tail)) return this.#fail();
      at = tail;
    }
    while (at < end) if (!this.#step(bytes[at++]!)) return this.#fail();
    return true;
  }

  /** Tells whether the text may end here: no character is unfinished. */
  end(): boolean {
    return this.#need === 0;
  }

  /** Waits for an octet that there is none of. */
  #fail(): false {
    this.#need = 1;
    this.#lower = 0x100;
    return false;
  }

  #step(octet: number): boolean {
    if (this.#need > 0) {
      if (octet < this.#lower || octet > this.#upper) return false;
      this.#need--;
      this.#lower = 0x80;
      this.#upper = 0xbf;
      return true;
    }
    if (octet < 0x80) return true;
    if (octet < 0xc2 || octet > 0xf4) return false;
    this.#need = octet < 0xe0 ? 1 : octet < 0xf0 ? 2 : 3;
    if (octet === 0xe0) this.#lower = 0xa0;
    else if (octet === 0xed) this.#upper = 0x9f;
    else if (octet === 0xf0) this.#lower = 0x90;
    else if (octet === 0xf4) this.#upper = 0x8f;
    return true;
  }
}

/** Where the character that `bytes[.., end)` leaves unfinished begins; `end` when there is none. */
function unfinishedTail(bytes: Uint8Array, end: number): number {
  for (let back = 1; back <= 3; back++) {
    const octet = bytes[end - back]!;
    if (octet >= 0xc0) {
      const length = octet < 0xe0 ? 2 : octet < 0xf0 ? 3 : 4;
      return length > back ? end - back : end;
    }
    if (octet < 0x80) return end;
  }
  return end;
}

// Without `ignoreBOM` the decoder would take U+FEFF off the front of the text.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The codec for any runtime: `TextDecoder`, and our own validation where that is faster. */
export const portableUtf8: Utf8Codec = {
  isValid(bytes: Uint8Array, start: number, end: number): boolean {
    if (end - start < codecPays) {
      const validator = new Utf8Validator();
      return validator.push(bytes, start, end) && validator.end();
    }
    try {
      decoder.decode(bytes.subarray(start, end));
      return true;
    } catch {
      return false;
    }
  },
  decode(bytes: Uint8Array, start: number, end: number): string {
    return decoder.decode(bytes.subarray(start, end));
  },
};
