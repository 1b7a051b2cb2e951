/** Octets of a frame's length, which does not count itself. */
export const lengthSize = 4;

/** Cuts a stream of bytes into frames: a length of 32 bits, big endian, and as many bytes. */
export class FrameReader {
  readonly #most: number;
  #parts: Buffer[] = [];
  #have = 0;
  #need: number = lengthSize;

  /** A frame of more than `most` bytes is an error. */
  constructor(most: number = Number.POSITIVE_INFINITY) {
    this.#most = most;
  }

  /**
   * Calls `onFrame` for each frame that is whole by now, without its length. The frames are views of the chunk, or of a copy that nobody
   * else has. Throws a RangeError for a frame that is too long.
   */
  push(chunk: Buffer, onFrame: (frame: Buffer) => void): void {
    this.#parts.push(chunk);
    this.#have += chunk.length;
    if (this.#have < this.#need) return;
    const bytes = this.#parts.length === 1 ? chunk : Buffer.concat(this.#parts, this.#have);
    let at = 0;
    this.#need = lengthSize;
    while (bytes.length - at >= lengthSize) {
      const length = bytes.readUInt32BE(at);
      if (length > this.#most) throw new RangeError(`a frame of ${length} bytes`);
      if (bytes.length - at < lengthSize + length) {
        this.#need = lengthSize + length;
        break;
      }
      onFrame(bytes.subarray(at + lengthSize, at + lengthSize + length));
      at += lengthSize + length;
    }
    this.#have = bytes.length - at;
    this.#parts = this.#have === 0 ? [] : [bytes.subarray(at)];
  }
}
