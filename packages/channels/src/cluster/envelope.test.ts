import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeEnvelope, type Envelope, encodeEnvelope, newNodeId } from "./envelope.ts";
import { type Kind, kinds } from "./kind.ts";

const node = "AAECAwQFBgcICQoLDA0ODw";
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const hello: Envelope = {
  kind: "text",
  node,
  round: 2,
  age: 1500,
  sequence: 258,
  body: new TextEncoder().encode("hello"),
};
/** Version, kind, node, round, age, sequence, body. */
const helloHex =
  "e501" +
  "01" +
  "000102030405060708090a0b0c0d0e0f" +
  "00000002" +
  "000005dc" +
  "000000000102" +
  "68656c6c6f";

const sample: fc.Arbitrary<Envelope> = fc
  .record({
    kind: fc.constantFrom(...(Object.keys(kinds) as Kind[])),
    round: fc.integer({ min: 1, max: 0xffff_ffff }),
    age: fc.nat(0xffff_ffff),
    sequence: fc.integer({ min: 1, max: 2 ** 48 - 1 }),
    body: fc.uint8Array({ maxLength: 100 }),
    node: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((id) => Buffer.from(id).toString("base64url")),
  })
  .map((each): Envelope => {
    if (kinds[each.kind].stream !== undefined) return each;
    return each.kind === "tail" ? { ...each, sequence: 0 } : { ...each, round: 0, age: 0, sequence: 0 };
  });

test("an envelope is a header of 33 octets and its body", () => {
  expect(hex(encodeEnvelope(hello))).toBe(helloHex);
  expect(decodeEnvelope(Uint8Array.from(Buffer.from(helloHex, "hex")))).toEqual(hello);
});

test("what is packed is read as it was, wherever it lies in memory", () => {
  fc.assert(
    fc.property(sample, fc.nat(20), (envelope, offset) => {
      const bytes = encodeEnvelope(envelope);
      const moved = new Uint8Array(offset + bytes.length + 5).fill(255);
      moved.set(bytes, offset);
      const read = decodeEnvelope(moved.subarray(offset, offset + bytes.length))!;
      expect({ ...read, body: [...read.body] }).toEqual({ ...envelope, body: [...envelope.body] });
    }),
  );
});

test("an age beyond four octets is told as the greatest: it is older than anybody's subscription", () => {
  expect(decodeEnvelope(encodeEnvelope({ ...hello, age: 2 ** 40 }))?.age).toBe(0xffff_ffff);
});

test("the codes of the kinds are these: they may never change", () => {
  expect(Object.fromEntries(Object.entries(kinds).map(([kind, { code }]) => [code, kind]))).toEqual({
    1: "text",
    2: "binary",
    3: "tail",
    4: "heartbeat",
    5: "bye",
    6: "ask",
    7: "answer",
    8: "presence",
    9: "presence-request",
    10: "presence-state",
    11: "entry",
  });
});

describe("what is no envelope is not read", () => {
  const changed = (at: number, ...octets: number[]): Uint8Array => {
    const bytes = Buffer.from(helloHex, "hex");
    bytes.set(octets, at);
    return bytes;
  };

  test.each([
    ["nothing", new Uint8Array(0)],
    ["less than a header", Buffer.from(helloHex, "hex").subarray(0, 32)],
    ["another magic", changed(0, 0x7b)],
    ["a later version", changed(1, 2)],
    ["version 0", changed(1, 0)],
    ["a kind of a later version", changed(2, 99)],
    ["kind 0", changed(2, 0)],
    ["a message without a round", changed(19, 0, 0, 0, 0)],
    ["a message without a number", changed(27, 0, 0, 0, 0, 0, 0)],
    ["a heartbeat with a number", changed(2, 4)],
    ["a tail with a number", changed(2, 3)],
    ["JSON", new TextEncoder().encode(JSON.stringify({ type: "message", room: "arrakis", data: "hello" }))],
  ])("%s", (_, bytes) => {
    expect(decodeEnvelope(bytes)).toBeUndefined();
  });

  test("cut anywhere within the header", () => {
    const bytes = Buffer.from(helloHex, "hex");
    for (let end = 0; end < 33; end++) expect(decodeEnvelope(bytes.subarray(0, end))).toBeUndefined();
    for (let end = 33; end <= bytes.length; end++) {
      expect(decodeEnvelope(bytes.subarray(0, end))?.body.length).toBe(end - 33);
    }
  });
});

test("whatever the octets: an envelope that would be packed the same, or none; never an error", () => {
  const noise = fc.uint8Array({ maxLength: 80 });
  const disguised = noise.map((bytes) => Uint8Array.of(0xe5, 1, (bytes[0] ?? 0) % 16, ...bytes));
  const damaged = fc
    .tuple(sample.map(encodeEnvelope), fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { maxLength: 4 }))
    .map(([bytes, changes]) => {
      for (const [at, octet] of changes) if (at < bytes.length) bytes[at] = octet;
      return bytes;
    });
  fc.assert(
    fc.property(fc.oneof(noise, disguised, damaged), (bytes) => {
      const envelope = decodeEnvelope(bytes);
      if (envelope === undefined) return;
      expect(hex(encodeEnvelope(envelope))).toBe(hex(bytes));
    }),
    { numRuns: 20_000 },
  );
});

test("every node has an id of its own, of 128 random bits", () => {
  const all = new Set(Array.from({ length: 1000 }, newNodeId));
  expect(all.size).toBe(1000);
  for (const each of all) expect(each).toMatch(/^[\w-]{22}$/);
});
