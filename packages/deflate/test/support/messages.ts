import fc from "fast-check";

/** Octets in an order that nothing compresses, always the same. */
export function noise(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed;
  for (let i = 0; i < length; i += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

/** JSON of records, which compresses to a fifth or so. */
export function json(length: number, seed = 1): Uint8Array {
  let text = "[";
  for (let id = seed; text.length < length; id += 1) {
    const user = `user${Math.imul(id, 7_919) % 997}`;
    text += `${JSON.stringify({ id, user, text: `message number ${id * 31} of the day`, read: id % 3 === 0 })},`;
  }
  return new TextEncoder().encode(text.slice(0, length));
}

/** Messages of every redundancy and, now and then, larger than any window. */
export const message: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 4, arbitrary: fc.uint8Array({ maxLength: 300 }) },
  {
    weight: 4,
    arbitrary: fc.string({ maxLength: 300 }).map((text) => new TextEncoder().encode(text.repeat(5))),
  },
  { weight: 4, arbitrary: fc.tuple(fc.nat(5_000), fc.nat(99)).map(([length, seed]) => json(length, seed)) },
  { weight: 2, arbitrary: fc.tuple(fc.nat(20_000), fc.nat(9)).map(([length, seed]) => noise(length, seed)) },
  { weight: 1, arbitrary: fc.tuple(fc.nat(80_000), fc.nat(9)).map(([length, seed]) => json(length, seed)) },
  { weight: 1, arbitrary: fc.nat(200_000).map((length) => new Uint8Array(length).fill(length)) },
);
