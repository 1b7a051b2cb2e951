import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodePresence,
  type Entry,
  encodePresence,
  entryBytes,
  inParts,
  type PresenceMessage,
} from "./presence-message.ts";

const bounds = { keyBytes: 200, metaBytes: 4096 };
const whole = fc.nat();
const positive = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const meta = fc.option(
  fc.jsonValue().filter((value) => !JSON.stringify(value).includes("__proto__")),
  { nil: undefined },
);
const share = fc.record({ meta, connections: positive, since: positive, replaced: whole });
const key = fc.string({ unit: "grapheme", maxLength: 20 });
const entry: fc.Arbitrary<Entry> = fc.tuple(key, fc.option(share, { nil: undefined }));
const people = fc.array(entry, { maxLength: 5 });
const state = fc.record({ id: key, version: whole, people });
const comparison = fc.tuple(key, fc.option(whole, { nil: undefined }), whole);
const message: fc.Arbitrary<PresenceMessage> = fc.oneof(
  fc.record({ type: fc.constant("delta" as const), prev: whole, version: positive, people }),
  fc.record({ type: fc.constant("tail" as const), version: positive }),
  fc.constant({ type: "ask" as const }),
  fc.record({ type: fc.constant("compare" as const), time: whole, channels: fc.array(comparison) }),
  fc.record({ type: fc.constant("states" as const), states: fc.array(state, { maxLength: 3 }) }),
  fc
    .tuple(state, fc.nat(9))
    .map(([each, part]) => ({ type: "snapshot" as const, part, parts: part + 1, ...each })),
);

const bytes = (text: string) => new TextEncoder().encode(text);

describe("a message of presence", () => {
  test("is read as it was written, but for what JSON cannot tell", () => {
    fc.assert(
      fc.property(message, (message) => {
        const plain = decodePresence(bytes(new TextDecoder().decode(encodePresence(message))), bounds);
        // -0 and lone surrogates do not survive JSON and UTF-8.
        expect(plain).toEqual(decodePresence(encodePresence(plain!), bounds));
        expect(plain?.type).toBe(message.type);
        expect(JSON.stringify(encodePresence(plain!))).toBe(JSON.stringify(encodePresence(message)));
      }),
    );
  });

  test("that is cut or changed anywhere is read or not, but never throws", () => {
    fc.assert(
      fc.property(message, fc.nat(), fc.nat(255), (message, at, octet) => {
        const encoded = encodePresence(message);
        expect(() => decodePresence(encoded.subarray(0, at % (encoded.length + 1)), bounds)).not.toThrow();
        encoded[at % encoded.length] = octet;
        expect(() => decodePresence(encoded, bounds)).not.toThrow();
      }),
    );
  });

  test.each([
    '["compare",1]',
    '["compare",-1,[]]',
    '["compare",1,[["a",0]]]',
    '["compare",1,[["a","0",0]]]',
    '["states",[["a",1]]]',
    '["states",[[1,1,[]]]]',
    '["snapshot","a",1,1,1,[]]',
    '["snapshot","a",1,0,10001,[]]',
    '["snapshot","a",1.5,0,1,[]]',
    '["delta",0,0,[]]',
    '["delta",0,9007199254740992,[]]',
    '["tail",0]',
    '["tail"]',
    "[]",
    "null",
  ])("%s is none", (json) => {
    expect(decodePresence(bytes(json), bounds)).toBeUndefined();
  });

  test("is UTF-8", () => {
    expect(decodePresence(Uint8Array.of(0xff), bounds)).toBeUndefined();
  });
});

describe("parts", () => {
  test("hold everything, in order, and fit; what does not is given back", () => {
    fc.assert(
      fc.property(
        fc.array(entry, { maxLength: 30, size: "max" }),
        fc.integer({ min: 250, max: 2000 }),
        (all, limit) => {
          const left: Entry[] = [];
          const parts = inParts(all, limit, entryBytes, (each) => void left.push(each));
          for (const people of parts) {
            const longest = {
              type: "snapshot" as const,
              id: "",
              version: 2 ** 53 - 1,
              part: 9998,
              parts: 9999,
            };
            expect(encodePresence({ ...longest, people }).length).toBeLessThanOrEqual(limit);
          }
          expect(parts.flat()).toEqual(all.filter((each) => !left.includes(each)));
          for (const each of left) expect(entryBytes(each)).toBeGreaterThan(limit - 200);
          expect(parts.length).toBeGreaterThan(0);
        },
      ),
    );
  });
});
