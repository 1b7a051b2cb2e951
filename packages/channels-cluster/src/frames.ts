import type { LogBounds, LogReading, Position, Since } from "@exws/channels";
import { lengthSize } from "./frame-reader.ts";

/** The first byte of what a bus says to the relay. Numbers that are confirmed or answered come second. */
export const Request = {
  Hello: 1,
  Subscribe: 2,
  Unsubscribe: 3,
  Publish: 4,
  Append: 5,
  Read: 6,
  Ping: 7,
} as const;

/** The first byte of what the relay says to a bus. `Done` confirms all numbers up to its own that have no answer. */
export const Answer = { Done: 1, Message: 2, Place: 3, Reading: 4 } as const;

/** The version of all this: a relay takes no other. Both ends are usually of one program, but it may be reloaded. */
export const version = 1;

/** Writes one frame of a known size. */
class FrameWriter {
  readonly bytes: Buffer;
  #at = lengthSize;

  constructor(size: number) {
    this.bytes = Buffer.allocUnsafe(lengthSize + size);
    this.bytes.writeUInt32BE(size, 0);
  }

  byte(value: number): this {
    this.#at = this.bytes.writeUInt8(value, this.#at);
    return this;
  }

  word(value: number): this {
    this.#at = this.bytes.writeUInt32BE(value, this.#at);
    return this;
  }

  number(value: number): this {
    this.#at = this.bytes.writeDoubleBE(value, this.#at);
    return this;
  }

  /** Topics and epochs: characters of one byte, at most 255. */
  name(value: string): this {
    this.byte(value.length);
    this.#at += this.bytes.write(value, this.#at, "latin1");
    return this;
  }

  raw(value: Uint8Array): this {
    this.bytes.set(value, this.#at);
    this.#at += value.length;
    return this;
  }
}

const nameSize = (name: string): number => 1 + name.length;
const boundsSize = 32;

/** The first frame of a connection. */
export function encodeHello(prefix: string): Buffer {
  const bytes = Buffer.from(prefix);
  return new FrameWriter(2 + bytes.length).byte(Request.Hello).byte(version).raw(bytes).bytes;
}

export function encodeTopics(
  request: typeof Request.Subscribe | typeof Request.Unsubscribe,
  id: number,
  topics: readonly string[],
): Buffer {
  const size = topics.reduce((sum, topic) => sum + nameSize(topic), 5);
  const frame = new FrameWriter(size).byte(request).word(id);
  for (const topic of topics) frame.name(topic);
  return frame.bytes;
}

export function encodePublish(id: number, topic: string, payload: Uint8Array): Buffer {
  const size = 5 + nameSize(topic) + payload.length;
  return new FrameWriter(size).byte(Request.Publish).word(id).name(topic).raw(payload).bytes;
}

export function encodeAppend(id: number, topic: string, entry: Uint8Array, bounds: LogBounds): Buffer {
  const size = 5 + nameSize(topic) + boundsSize + entry.length;
  const frame = new FrameWriter(size).byte(Request.Append).word(id).name(topic);
  return writeBounds(frame, bounds).raw(entry).bytes;
}

export function encodeRead(id: number, topic: string, after: Since | undefined, bounds: LogBounds): Buffer {
  const { epoch, offset } = after === "oldest" ? oldest : placeOf(after);
  const size = 5 + nameSize(topic) + boundsSize + 8 + nameSize(epoch);
  const frame = new FrameWriter(size).byte(Request.Read).word(id).name(topic);
  return writeBounds(frame, bounds).number(offset).name(epoch).bytes;
}

/** What stands for no place, and for all that is kept. */
const nowhere: Position = { epoch: "", offset: 0 };
const oldest: Position = { epoch: "", offset: -1 };

/** Nobody but a client's invention has an epoch that is longer or of other characters: that is no place of ours. */
function placeOf(after: Position | undefined): Position {
  return after !== undefined && /^[\x20-\x7e]{1,64}$/.test(after.epoch) ? after : nowhere;
}

export function encodePing(id: number): Buffer {
  return new FrameWriter(5).byte(Request.Ping).word(id).bytes;
}

export function encodeDone(id: number): Buffer {
  return new FrameWriter(5).byte(Answer.Done).word(id).bytes;
}

export function encodeMessage(topic: string, payload: Uint8Array): Buffer {
  const size = 1 + nameSize(topic) + payload.length;
  return new FrameWriter(size).byte(Answer.Message).name(topic).raw(payload).bytes;
}

export function encodePlace(id: number, { epoch, offset }: Position): Buffer {
  const size = 5 + 8 + nameSize(epoch);
  return new FrameWriter(size).byte(Answer.Place).word(id).number(offset).name(epoch).bytes;
}

export function encodeReading(id: number, { position, entries }: LogReading): Buffer {
  const bytes = (entries ?? []).reduce((sum, entry) => sum + 4 + entry.length, 0);
  const size = 5 + 8 + nameSize(position.epoch) + 1 + bytes;
  const frame = new FrameWriter(size).byte(Answer.Reading).word(id);
  frame
    .number(position.offset)
    .name(position.epoch)
    .byte(entries === undefined ? 0 : 1);
  for (const entry of entries ?? []) frame.word(entry.length).raw(entry);
  return frame.bytes;
}

function writeBounds(frame: FrameWriter, { count, bytes, age, keep }: LogBounds): FrameWriter {
  return frame.number(count).number(bytes).number(age).number(keep);
}

/** Reads what the functions above have written, in their order. Throws a RangeError where there is less. */
export class FrameFields {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(frame: Buffer) {
    this.#bytes = frame;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  byte(): number {
    return this.#bytes.readUInt8(this.#at++);
  }

  word(): number {
    this.#at += 4;
    return this.#bytes.readUInt32BE(this.#at - 4);
  }

  number(): number {
    this.#at += 8;
    return this.#bytes.readDoubleBE(this.#at - 8);
  }

  name(): string {
    const length = this.byte();
    this.#at += length;
    if (this.#at > this.#bytes.length) throw new RangeError("a name beyond its frame");
    return this.#bytes.toString("latin1", this.#at - length, this.#at);
  }

  bytes(length: number): Buffer {
    this.#at += length;
    if (this.#at > this.#bytes.length) throw new RangeError("bytes beyond their frame");
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** All that is left. */
  rest(): Buffer {
    return this.bytes(this.#bytes.length - this.#at);
  }

  bounds(): LogBounds {
    return { count: this.number(), bytes: this.number(), age: this.number(), keep: this.number() };
  }

  position(): Position {
    const offset = this.number();
    return { epoch: this.name(), offset };
  }

  /** What is asked for of a log. */
  since(): Since | undefined {
    const place = this.position();
    if (place.epoch !== "") return place;
    return place.offset === oldest.offset ? "oldest" : undefined;
  }

  names(): string[] {
    const names: string[] = [];
    while (!this.isAtEnd) names.push(this.name());
    return names;
  }

  reading(): LogReading {
    const position = this.position();
    if (this.byte() === 0) return { position, entries: undefined };
    const entries: Uint8Array[] = [];
    while (!this.isAtEnd) entries.push(this.bytes(this.word()));
    return { position, entries };
  }
}
