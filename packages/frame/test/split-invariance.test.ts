import fc from "fast-check";
import { expect, test } from "vitest";
import {
  anyCuts,
  anyKey,
  anyMutations,
  anyRole,
  anyStream,
  mutate,
  onTheWire,
} from "./support/arbitraries.ts";
import { bytewise, cutAt } from "./support/bytes.ts";
import { decodeFrames, decodeMessages } from "./support/collect.ts";

/** A stream that was valid until a few octets of it were changed. */
const anyDamaged = fc
  .tuple(anyStream, fc.array(anyKey, { minLength: 1, maxLength: 3 }), anyRole, anyMutations)
  .map(([stream, keys, role, mutations]) => ({
    role,
    bytes: mutate(onTheWire(stream, role, keys), mutations),
  }));

/** Small limits, so that mutated lengths run into them too. */
const limits = { maxMessage: 5000, maxFragments: 5 };

test("how a stream is cut changes neither its messages nor its error, and nothing but a ProtocolError is thrown", () => {
  fc.assert(
    fc.property(anyDamaged, anyCuts, fc.constantFrom(0, 4, 7), ({ role, bytes }, cuts, rsv) => {
      const options = { role, rsv, ...limits };
      const whole = decodeMessages(options, [bytes]);
      expect(
        decodeMessages(
          options,
          cutAt(
            bytes,
            cuts.map((at) => at % (bytes.length + 1)),
          ),
        ),
      ).toEqual(whole);
      if (bytes.length < 1000) expect(decodeMessages(options, bytewise(bytes))).toEqual(whole);
    }),
    { numRuns: 4000 },
  );
});

test("nor those of a FrameDecoder", () => {
  fc.assert(
    fc.property(anyDamaged, anyCuts, ({ role, bytes }, cuts) => {
      const options = { role, maxPayload: 1000 };
      const whole = decodeFrames(options, [bytes]);
      expect(
        decodeFrames(
          options,
          cutAt(
            bytes,
            cuts.map((at) => at % (bytes.length + 1)),
          ),
        ),
      ).toEqual(whole);
      if (bytes.length < 1000) expect(decodeFrames(options, bytewise(bytes))).toEqual(whole);
    }),
    { numRuns: 1500 },
  );
});

test("octets at random never throw anything but a ProtocolError, however they are cut", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), anyRole, (bytes, role) => {
      const whole = decodeMessages({ role, rsv: 7 }, [bytes]);
      expect(decodeMessages({ role, rsv: 7 }, bytewise(bytes))).toEqual(whole);
    }),
    { numRuns: 1500 },
  );
});
