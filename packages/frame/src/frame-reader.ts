import { allocate } from "./allocate.ts";
import { checkHeader, type HeaderContext, type Role } from "./check-header.ts";
import { type FrameHeader, maxHeaderLength, readHeader } from "./header.ts";
import { copyUnmasked } from "./mask.ts";
import { isControl } from "./opcode.ts";
import { ProtocolError } from "./protocol-error.ts";

const nothing = new Uint8Array(0);

/**
 * Walks over the frames in the octets pushed and stops at every piece of payload as it comes, so that a layer above
 * can judge text before its frame is complete. What it stands on is in its fields: the header of the frame, and the
 * piece `chunk[start, end)`, still masked, which begins at octet `offset` of the payload. Nothing is allocated.
 */
export class FrameReader implements FrameHeader, HeaderContext {
  fin = false;
  rsv = 0;
  opcode = 0;
  masked = false;
  length = 0;
  maskKey = 0;
  chunk: Uint8Array = nothing;
  start = 0;
  end = 0;
  offset = 0;
  /** The piece is the first of its frame: the header is new, and has been checked. */
  isFirst = false;

  readonly role: Role;
  /** Reserved bits allowed on the first frame of a message. */
  readonly allowedRsv: number;
  /** A data message has begun and its final fragment has not come. */
  fragmented = false;
  /** Where the chunk ends. */
  #limit = 0;
  /** Octets of payload still to come after the piece. */
  #remaining = 0;
  /** The first octets of a header that was cut. */
  #head: Uint8Array | undefined;
  #headLength = 0;

  constructor(role: Role, allowedRsv: number) {
    this.role = role;
    this.allowedRsv = allowedRsv;
  }

  /** The piece ends its frame. */
  get isLast(): boolean {
    return this.#remaining === 0;
  }

  /** Octets have been pushed that no piece has covered yet. */
  get hasUnread(): boolean {
    return this.end < this.#limit;
  }

  /** A frame has begun, be it only with part of its header, and not ended. */
  get isInsideFrame(): boolean {
    return this.#remaining > 0 || this.#headLength > 0;
  }

  /**
   * Takes more octets. They are read, not kept: once {@link advance} has returned `false` the chunk may be reused.
   * Octets of an earlier chunk that have not been walked over are joined with these.
   */
  push(chunk: Uint8Array, start: number, end: number): void {
    if (this.hasUnread) {
      const joined = new Uint8Array(this.#limit - this.end + end - start);
      joined.set(this.chunk.subarray(this.end, this.#limit));
      joined.set(chunk.subarray(start, end), this.#limit - this.end);
      this.chunk = joined;
      this.start = this.end = 0;
      this.#limit = joined.length;
      return;
    }
    this.chunk = chunk;
    this.start = this.end = start;
    this.#limit = end;
  }

  /**
   * Moves to the next piece of payload; `false` means that more octets are needed. A frame gives a piece as soon as its
   * header is there, perhaps an empty one, so that limits can be checked before any payload is kept.
   * Throws a ProtocolError for a header that breaks a rule.
   */
  advance(): boolean {
    if (this.#remaining > 0) {
      this.offset += this.end - this.start;
      this.start = this.end;
      if (this.end === this.#limit) return this.#release();
      this.isFirst = false;
    } else {
      if (!this.#readHeader()) return this.#release();
      const fault = checkHeader(this, this);
      if (fault !== undefined) throw new ProtocolError(fault);
      if (!isControl(this.opcode)) this.fragmented = !this.fin;
      this.offset = 0;
      this.isFirst = true;
      this.#remaining = this.length;
    }
    const available = this.#limit - this.start;
    this.end = this.#remaining < available ? this.start + this.#remaining : this.#limit;
    this.#remaining -= this.end - this.start;
    return true;
  }

  /** The payload of a frame that came in one piece, unmasked, in memory for the receiver to keep. */
  copyPayload(): Uint8Array {
    const payload = allocate(this.length);
    copyUnmasked(payload, 0, this.chunk, this.start, this.end, this.maskKey, 0);
    return payload;
  }

  /** Lets go of the chunk. */
  #release(): false {
    this.chunk = nothing;
    this.start = this.end = this.#limit = 0;
    return false;
  }

  /** Reads the header at `end`, where the piece before has ended; keeps what is there of it when it is cut. */
  #readHeader(): boolean {
    const at = this.end;
    if (this.#headLength === 0) {
      const size = readHeader(this, this.chunk, at, this.#limit);
      if (size > 0) {
        this.start = at + size;
        return true;
      }
      if (at === this.#limit) return false;
    }
    this.#head ??= new Uint8Array(maxHeaderLength);
    const head = this.#head;
    for (let next = at; next < this.#limit; ) {
      head[this.#headLength++] = this.chunk[next++]!;
      if (readHeader(this, head, 0, this.#headLength) > 0) {
        this.#headLength = 0;
        this.start = next;
        return true;
      }
    }
    return false;
  }
}
