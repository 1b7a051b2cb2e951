import { expect, test } from "vitest";
import { mask } from "./mask.ts";

test("it masks octet by octet as RFC 6455 §5.3 says, at every place in memory, length and phase", () => {
  const key = 0x37fa213d;
  const keyOctets = [0x37, 0xfa, 0x21, 0x3d];
  for (let offset = 0; offset < 5; offset++) {
    for (let length = 0; length < 24; length++) {
      for (let phase = 0; phase < 6; phase++) {
        const memory = new Uint8Array(offset + length + 4).map((_, n) => n * 7);
        const expected = memory.map((octet, n) =>
          n >= offset && n < offset + length ? octet ^ keyOctets[(n - offset + phase) & 3]! : octet,
        );
        mask(memory.subarray(offset, offset + length), key, phase);
        expect(memory).toEqual(expected);
      }
    }
  }
});
