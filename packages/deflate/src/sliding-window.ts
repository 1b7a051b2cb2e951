/**
 * The last octets of a direction's messages, which the next message may refer to (RFC 7692 §7.2.3): all that context
 * takeover has to remember. Memory grows with what has passed, up to the size of the window.
 */
export class SlidingWindow {
  readonly #size: number;
  #memory: Uint8Array = new Uint8Array(0);
  #length = 0;

  /** `bits` is the base-2 logarithm of the window's size. */
  constructor(bits: number) {
    this.#size = 2 ** bits;
  }

  /** What is remembered, oldest octet first, as a view; `undefined` when it is nothing. */
  get bytes(): Uint8Array | undefined {
    return this.#length === 0 ? undefined : this.#memory.subarray(0, this.#length);
  }

  /** Octets of memory held. */
  get retainedBytes(): number {
    return this.#memory.length;
  }

  /** Remembers a message that has been compressed or decompressed, as plain text. It is copied. */
  append(message: Uint8Array): void {
    const added = Math.min(message.length, this.#size);
    const kept = Math.min(this.#length, this.#size - added);
    this.#reserve(kept + added);
    this.#memory.copyWithin(0, this.#length - kept, this.#length);
    this.#memory.set(message.subarray(message.length - added), kept);
    this.#length = kept + added;
  }

  /** Forgets everything and frees the memory. */
  clear(): void {
    this.#memory = new Uint8Array(0);
    this.#length = 0;
  }

  #reserve(length: number): void {
    if (length <= this.#memory.length) return;
    const memory = new Uint8Array(Math.min(this.#size, Math.max(1_024, 2 ** Math.ceil(Math.log2(length)))));
    memory.set(this.#memory.subarray(0, this.#length));
    this.#memory = memory;
  }
}
