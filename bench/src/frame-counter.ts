/** Counts the messages of a stream of frames without looking into them; pings are told, since they want an answer. */
export class FrameCounter {
  readonly #header = new Uint8Array(14);
  #gathered = 0;
  /** Octets of the payload that are still to come. */
  #left = 0;
  #final = false;
  #control: { opcode: number; payload: Uint8Array; at: number } | undefined;

  /** Takes more bytes; `onMessage` is called for each message that is complete, `onControl` for each control frame. */
  push(
    bytes: Uint8Array,
    onMessage: () => void,
    onControl: (opcode: number, payload: Uint8Array) => void,
  ): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.#left > 0) {
        const take = Math.min(this.#left, bytes.length - at);
        if (this.#control !== undefined) {
          this.#control.payload.set(bytes.subarray(at, at + take), this.#control.at);
          this.#control.at += take;
        }
        at += take;
        this.#left -= take;
      } else {
        this.#header[this.#gathered++] = bytes[at++]!;
        if (this.#gathered < this.#headerLength()) continue;
        this.#begin();
      }
      if (this.#left === 0) {
        if (this.#control !== undefined) onControl(this.#control.opcode, this.#control.payload);
        else if (this.#final) onMessage();
      }
    }
  }

  #headerLength(): number {
    if (this.#gathered < 2) return 2;
    const length = this.#header[1]! & 0x7f;
    return 2 + (length === 127 ? 8 : length === 126 ? 2 : 0) + (this.#header[1]! >= 0x80 ? 4 : 0);
  }

  #begin(): void {
    const [first = 0, second = 0] = this.#header;
    const view = new DataView(this.#header.buffer);
    const length = second & 0x7f;
    this.#left = length === 127 ? Number(view.getBigUint64(2)) : length === 126 ? view.getUint16(2) : length;
    this.#final = first >= 0x80;
    this.#gathered = 0;
    const opcode = first & 0x0f;
    this.#control = opcode < 8 ? undefined : { opcode, payload: new Uint8Array(this.#left), at: 0 };
  }
}
