import { mask } from "./mask.ts";

/** A frame's header as it came. */
export type IncomingHeader = {
  readonly fin: boolean;
  readonly rsv: number;
  readonly opcode: number;
  readonly masked: boolean;
  readonly key: number;
  readonly length: number;
};

/** What a `FrameReader` tells, in order. */
export type FrameSink = {
  /** True once TCP was dropped: nothing more is told then. */
  readonly dropped: boolean;
  /** The peer broke RFC 6455. The frame is read on as if it were right. */
  violation(reason: string): void;
  messageBegin(header: IncomingHeader): void;
  /** Octets of a data frame's payload as they come, unmasked; a view of what was pushed. */
  messageData(octets: Uint8Array): void;
  /** A whole control frame. */
  control(header: IncomingHeader, payload: Uint8Array): void;
  /** A data frame is complete; `pieces` are views, and gone afterwards. */
  dataFrameEnd(header: IncomingHeader, pieces: readonly Uint8Array[]): void;
  messageEnd(): void;
};

/** What is legal depends on who the peer is and what was agreed on. */
export type ReaderRules = {
  /** Whether the peer's frames have to be masked (true), must not be (false), or may be either way. */
  readonly masked: boolean | undefined;
  /** Whether RSV1 means a compressed message. */
  readonly deflate: boolean;
};

/**
 * Reads the peer's frames from raw octets, checks each header, and goes on after a violation: the tester has to see the
 * closing handshake even of a peer that is wrong.
 */
export class FrameReader {
  readonly #sink: FrameSink;
  readonly #rules: ReaderRules;
  /** Octets of a header that is not complete. */
  #head: Uint8Array = new Uint8Array(0);
  #current: IncomingHeader | undefined;
  #read = 0;
  #pieces: Uint8Array[] = [];
  #insideMessage = false;

  constructor(sink: FrameSink, rules: ReaderRules) {
    this.#sink = sink;
    this.#rules = rules;
  }

  /** Takes what came. The octets belong to the reader: they are unmasked where they are. */
  push(chunk: Uint8Array): void {
    let data = this.#head.length === 0 ? chunk : Buffer.concat([this.#head, chunk]);
    this.#head = data.subarray(0, 0);
    while (data.length > 0 && !this.#sink.dropped) {
      if (this.#current === undefined) {
        const size = this.#header(data);
        if (this.#sink.dropped) return;
        if (size === 0) {
          this.#head = data;
          return;
        }
        data = data.subarray(size);
      } else {
        data = this.#payload(this.#current, data);
      }
      if (this.#current !== undefined && this.#read === this.#current.length) this.#end(this.#current);
    }
  }

  /** Reads and checks a header; gives its size, 0 when it is not complete. */
  #header(data: Uint8Array): number {
    if (data.length < 2) return 0;
    const [first, second] = [data[0]!, data[1]!];
    const short = second & 0x7f;
    const masked = (second & 0x80) !== 0;
    const opcode = first & 0x0f;
    const header = { fin: (first & 0x80) !== 0, rsv: (first >> 4) & 7, opcode, masked };
    // A header that comes in pieces is looked at with every piece, and a fault in it counts each time.
    this.#check(header, short);
    const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
    const size = 2 + extended + (masked ? 4 : 0);
    if (data.length < size) return 0;
    const view = new DataView(data.buffer, data.byteOffset, size);
    const length = this.#length(view, short);
    this.#current = { ...header, length, key: masked ? view.getUint32(size - 4) : 0 };
    this.#read = 0;
    this.#pieces = [];
    if (opcode < 8 && !this.#insideMessage && !this.#sink.dropped) {
      this.#insideMessage = true;
      this.#sink.messageBegin(this.#current);
    }
    return size;
  }

  #length(view: DataView, short: number): number {
    if (short < 126) return short;
    const length = short === 126 ? view.getUint16(2) : Number(view.getBigUint64(2));
    if (length >= 2 ** 63) this.#sink.violation("the frame announces 2^63 octets or more");
    if (length < (short === 126 ? 126 : 65_536)) {
      this.#sink.violation("the length is not in its shortest form");
    }
    return length;
  }

  #check({ fin, rsv, opcode, masked }: Omit<IncomingHeader, "key" | "length">, short: number): void {
    const faults: [boolean, string][] = [
      [rsv !== 0 && !(this.#rules.deflate && rsv === 4), `RSV is ${rsv} and no extension gives it a meaning`],
      [this.#rules.masked === true && !masked, "a client's frame is not masked"],
      [this.#rules.masked === false && masked, "a server's frame is masked"],
    ];
    const compressed = this.#rules.deflate && rsv === 4;
    if (opcode > 7) {
      faults.push(
        [!fin, "a control frame is fragmented"],
        [short > 125, "a control frame has more than 125 octets"],
        [opcode > 10, `the control opcode ${opcode} is reserved`],
        [opcode === 8 && short === 1, "a Close has a payload of one octet"],
        [compressed, "a control frame is compressed"],
      );
    } else {
      faults.push(
        [opcode > 2, `the data opcode ${opcode} is reserved`],
        [opcode === 0 && !this.#insideMessage, "a continuation has no message to continue"],
        [opcode !== 0 && this.#insideMessage, "a new message begins inside another"],
        [compressed && this.#insideMessage, "a continuation has RSV1 set"],
      );
    }
    for (const [isFault, reason] of faults) {
      if (isFault && !this.#sink.dropped) this.#sink.violation(reason);
    }
  }

  /** Takes what `data` has of the current frame's payload and gives the rest. */
  #payload(current: IncomingHeader, data: Uint8Array): Uint8Array {
    const piece = data.subarray(0, Math.min(data.length, current.length - this.#read));
    if (current.masked) mask(piece, current.key, this.#read);
    this.#read += piece.length;
    this.#pieces.push(piece);
    if (current.opcode < 8) this.#sink.messageData(piece);
    return data.subarray(piece.length);
  }

  #end(current: IncomingHeader): void {
    this.#current = undefined;
    if (this.#sink.dropped) return;
    if (current.opcode > 7) {
      this.#sink.control(current, this.#pieces.length === 1 ? this.#pieces[0]! : Buffer.concat(this.#pieces));
      return;
    }
    this.#sink.dataFrameEnd(current, this.#pieces);
    this.#pieces = [];
    if (!current.fin) return;
    // Before the end is told: what follows is a new message even when the end was a violation.
    this.#insideMessage = false;
    this.#sink.messageEnd();
  }
}
