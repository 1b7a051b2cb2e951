import { checkHeader, type HeaderContext, type Role } from "./check-header.ts";
import { type FrameHeader, maxHeaderLength, readHeader } from "./header.ts";
import { copyMasked } from "./mask.ts";
import { isControl } from "./opcode.ts";
import { PayloadBuffer } from "./payload-buffer.ts";
import type { PayloadMemory } from "./payload-memory.ts";
import { ProtocolError } from "./protocol-error.ts";

/** The longest payload that is short. */
const short = 64;

const nothing = new Uint8Array(0);

/**
 * Walks over the frames in the octets pushed and stops at every piece of payload as it comes, so that a layer above
 * can judge text before its frame is complete. What it stands on is in its fields: the header of the frame, and the
 * piece `chunk[start, end)`, still masked, which begins at octet `offset` of the payload.
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
  readonly allowedRsv: number;
  fragmented = false;
  readonly #memory: PayloadMemory;
  /** Where the chunk ends. */
  #limit = 0;
  /** The chunk is memory of ours, in which unread octets were joined with later ones. */
  #isJoined = false;
  /** Octets of payload still to come after the piece. */
  #remaining = 0;
  /** The first octets of a header that was cut. */
  #head: Uint8Array | undefined;
  #headLength = 0;
  /** The payload that {@link takePayload} is collecting. */
  #payload: PayloadBuffer | undefined;

  /** Throws a TypeError or a RangeError that names the option. */
  constructor(role: Role, allowedRsv: number, memory: PayloadMemory) {
    if (role !== "server" && role !== "client") throw new TypeError('role has to be "server" or "client"');
    if (!Number.isInteger(allowedRsv) || allowedRsv < 0 || allowedRsv > 7) {
      throw new RangeError(`rsv has to be an integer from 0 to 7; got ${allowedRsv}`);
    }
    this.role = role;
    this.allowedRsv = allowedRsv;
    this.#memory = memory;
  }

  /** The piece ends its frame. */
  get isLast(): boolean {
    return this.#remaining === 0;
  }

  /** A frame has begun, be it only with part of its header, and not ended. */
  get isInsideFrame(): boolean {
    return this.#remaining > 0 || this.#headLength > 0;
  }

  /** Octets of memory held for a payload that {@link takePayload} is collecting. */
  get retainedBytes(): number {
    return this.#payload?.capacity ?? 0;
  }

  /**
   * Takes more octets. They are read, not kept: once {@link advance} has returned `false` the chunk may be reused.
   * Octets of earlier chunks that have not been walked over are joined with these in memory of our own.
   * Throws a TypeError for anything but a Uint8Array, a RangeError for bounds outside it.
   */
  push(chunk: Uint8Array, start: number, end: number): void {
    if (!(chunk instanceof Uint8Array)) throw new TypeError("push() takes a Uint8Array");
    if (!(start >= 0 && start <= end && end <= chunk.length)) {
      throw new RangeError(`push() got the bounds ${start} and ${end} for ${chunk.length} octets`);
    }
    if (this.end < this.#limit) {
      this.#join(chunk, start, end);
      return;
    }
    this.chunk = chunk;
    this.#isJoined = false;
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

  /**
   * The payload of the frame, unmasked, in memory for the receiver to keep; `undefined` until its last piece is here.
   * Has to be called at every piece of the frame.
   */
  takePayload(): Uint8Array | undefined {
    if (this.isFirst) {
      if (this.isLast) return this.#copyPayload();
      this.#payload = new PayloadBuffer(this.length, this.#memory);
      this.#payload.expect(this.length, true);
    }
    const payload = this.#payload!;
    payload.append(this.chunk, this.start, this.end, this.maskKey, this.offset);
    if (!this.isLast) return undefined;
    this.#payload = undefined;
    return payload.take();
  }

  /** Lets go of all memory, for a decoder that has failed. */
  stop(): void {
    this.#release();
    this.#payload = undefined;
  }

  #copyPayload(): Uint8Array {
    const { chunk, start, end, length, maskKey } = this;
    const unmasked = length <= short ? this.#memory.takeUnmasked?.(chunk, start, length, maskKey) : undefined;
    if (unmasked !== undefined) return unmasked;
    const payload = this.#memory.take(length);
    copyMasked(payload, 0, chunk, start, end, maskKey, 0);
    return payload;
  }

  /** Lets go of the chunk. */
  #release(): false {
    this.chunk = nothing;
    this.start = this.end = this.#limit = 0;
    return false;
  }

  /** Adds octets to the unread ones, in memory that doubles when it grows, which keeps the copying linear. */
  #join(chunk: Uint8Array, start: number, end: number): void {
    const unread = this.#limit - this.end;
    const added = end - start;
    if (!this.#isJoined || added > this.chunk.length - this.#limit) {
      const joined = new Uint8Array((unread + added) * 2);
      joined.set(this.chunk.subarray(this.end, this.#limit));
      this.chunk = joined;
      this.#isJoined = true;
      this.end = 0;
      this.#limit = unread;
    }
    this.chunk.set(chunk.subarray(start, end), this.#limit);
    this.#limit += added;
    this.start = this.end;
  }

  /** Reads the header at `end`, where the piece before has ended; keeps what is there of it when it is cut. */
  #readHeader(): boolean {
    let next = this.end;
    if (this.#headLength === 0) {
      const size = readHeader(this, this.chunk, next, this.#limit);
      if (size > 0) {
        this.start = next + size;
        return true;
      }
    }
    while (next < this.#limit) {
      this.#head ??= new Uint8Array(maxHeaderLength);
      this.#head[this.#headLength++] = this.chunk[next++]!;
      if (readHeader(this, this.#head, 0, this.#headLength) > 0) {
        this.#headLength = 0;
        this.start = next;
        return true;
      }
    }
    return false;
  }
}
