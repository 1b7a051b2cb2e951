/** A frame as a panel server sees it, payload unmasked. */
export type Frame = {
  readonly fin: boolean;
  readonly rsv: number;
  readonly opcode: number;
  readonly payload: Buffer;
};

/** A frame that may still be on its way: what is there of its payload, unmasked. */
export type Begun = Omit<Frame, "payload"> & { readonly length: number; readonly part: Buffer };

/** Reads client frames from a buffer: those that are complete, the one begun, and the octets left. */
export function readFrames(data: Buffer): { frames: Frame[]; begun: Begun | undefined; rest: Buffer } {
  const frames: Frame[] = [];
  let at = 0;
  while (data.length - at >= 2) {
    const [first, second] = [data[at]!, data[at + 1]!];
    const short = second & 0x7f;
    const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
    const start = at + 2 + extended + 4;
    if (data.length < start) break;
    const length =
      short === 126
        ? data.readUInt16BE(at + 2)
        : short === 127
          ? Number(data.readBigUInt64BE(at + 2))
          : short;
    const key = data.subarray(start - 4, start);
    const there = Buffer.from(data.subarray(start, start + length));
    for (let n = 0; n < there.length; n++) there[n]! ^= key[n & 3]!;
    const head = { fin: (first & 0x80) !== 0, rsv: (first >> 4) & 7, opcode: first & 0x0f };
    if (there.length < length)
      return { frames, begun: { ...head, length, part: there }, rest: data.subarray(at) };
    frames.push({ ...head, payload: there });
    at = start + length;
  }
  return { frames, begun: undefined, rest: data.subarray(at) };
}

/** Writes a server's frame. */
export function writeFrame(opcode: number, payload: Uint8Array, fin = true, rsv = 0): Buffer {
  const { length } = payload;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  head[1] = length < 126 ? length : length < 65_536 ? 126 : 127;
  if (head.length === 4) head.writeUInt16BE(length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, payload]);
}

/** A Close payload of a code. */
export function closePayload(code: number): Buffer {
  return Buffer.from([code >> 8, code & 0xff]);
}
