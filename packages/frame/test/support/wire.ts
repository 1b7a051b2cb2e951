import { concat, utf8 } from "./bytes.ts";

/** What a frame looks like on the wire; every field can be wrong on purpose. */
export type FrameShape = {
  fin?: boolean;
  /** RSV1-3 as a number 0-7, RSV1 = 4. */
  rsv?: number;
  opcode: number;
  payload?: Uint8Array | string;
  /** Masking key; absent leaves the frame unmasked. */
  key?: readonly [number, number, number, number] | undefined;
  /** Which length form to use; the shortest by default. */
  form?: 7 | 16 | 64;
  /** The length that the header claims, when it is not the payload's. */
  claimed?: bigint;
};

/** A key with four octets that differ, one of them above 0x7f. */
export const someKey = [0x37, 0xfa, 0x21, 0x3d] as const;

/** The octets of a frame, built straight from the drawing in RFC 6455 §5.2. */
export function frame(shape: FrameShape): Uint8Array {
  const { fin = true, rsv = 0, opcode, key } = shape;
  const payload =
    typeof shape.payload === "string" ? utf8(shape.payload) : (shape.payload ?? new Uint8Array(0));
  const length = shape.claimed ?? BigInt(payload.length);
  const form = shape.form ?? (length < 126n ? 7 : length < 65536n ? 16 : 64);
  const octets = [(fin ? 0x80 : 0) | (rsv << 4) | opcode];
  octets.push((key === undefined ? 0 : 0x80) | (form === 7 ? Number(length) : form === 16 ? 126 : 127));
  if (form !== 7) {
    for (let shift = form - 8; shift >= 0; shift -= 8) octets.push(Number((length >> BigInt(shift)) & 0xffn));
  }
  if (key === undefined) return concat(Uint8Array.from(octets), payload);
  return concat(
    Uint8Array.from([...octets, ...key]),
    payload.map((octet, i) => octet ^ key[i & 3]!),
  );
}
