import { encodeFrame, type Message, type Opcode } from "@exws/frame";
import fc from "fast-check";
import { expect, test } from "vitest";
import { anyCuts, anyKey, anyRole, anyStream, onTheWire } from "./support/arbitraries.ts";
import { bytewise, concat, cutAt, utf8 } from "./support/bytes.ts";
import { decodeFrames, decodeMessages } from "./support/collect.ts";

const keys = fc.array(anyKey, { minLength: 1, maxLength: 3 });
const uint32 = ([a, b, c, d]: [number, number, number, number]) =>
  ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
const noPayload = new Uint8Array(0);

test("any messages in any fragmentation, under any keys, cut anywhere, come out as they were, with Pings in their place", () => {
  fc.assert(
    fc.property(anyStream, keys, anyRole, anyCuts, fc.boolean(), (stream, keys, role, cuts, asBytes) => {
      const bytes = onTheWire(stream, role, keys);
      const chunks = cutAt(
        bytes,
        cuts.map((at) => at % (bytes.length + 1)),
      );
      const expected: readonly Message[] = asBytes
        ? stream.messages.map((message) =>
            message.type === "text" ? { type: "text-bytes", data: utf8(message.data) } : message,
          )
        : stream.messages;
      const outcome = decodeMessages({ role, textAsBytes: asBytes }, chunks);
      expect(outcome).toEqual({ delivered: expected, error: undefined });
    }),
    { numRuns: 1500 },
  );
});

test("byte by byte they come out the same", () => {
  fc.assert(
    fc.property(anyStream, keys, anyRole, (stream, keys, role) => {
      const { delivered, error } = decodeMessages({ role }, bytewise(onTheWire(stream, role, keys)));
      expect({ delivered, error }).toEqual({ delivered: stream.messages, error: undefined });
    }),
    { numRuns: 150 },
  );
});

test("the encoder writes the octets of RFC 6455 §5.2, and a FrameDecoder gives the frames back", () => {
  fc.assert(
    fc.property(anyStream, keys, anyRole, anyCuts, (stream, keys, role, cuts) => {
      const frames = stream.frames.map(({ fin = true, opcode, payload }) => ({
        fin,
        rsv: 0,
        opcode: opcode as Opcode,
        payload: typeof payload === "string" ? utf8(payload) : (payload ?? noPayload),
      }));
      const encoded = frames.map((frame, i) =>
        encodeFrame(frame, role === "server" ? uint32(keys[i % keys.length]!) : undefined),
      );
      const bytes = concat(...encoded);
      expect(bytes).toEqual(onTheWire(stream, role, keys));
      const chunks = cutAt(
        bytes,
        cuts.map((at) => at % (bytes.length + 1)),
      );
      expect(decodeFrames({ role }, chunks)).toEqual({ delivered: frames, error: undefined });
    }),
    { numRuns: 1000 },
  );
});

test("reserved bits that an extension has negotiated come out with the message, whose text is not judged", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.boolean(),
      anyKey,
      anyCuts,
      (payload, text, key, cuts) => {
        const half = payload.length >> 1;
        const frames = [
          { fin: false, rsv: 4, opcode: text ? 1 : 2, payload: payload.subarray(0, half) },
          { opcode: 9, payload: noPayload },
          { opcode: 0, payload: payload.subarray(half) },
          { rsv: 4, opcode: text ? 1 : 2, payload },
        ];
        const bytes = onTheWire({ frames, messages: [] }, "server", [key]);
        const chunks = cutAt(
          bytes,
          cuts.map((at) => at % (bytes.length + 1)),
        );
        const extended = { type: "extended", rsv: 4, text, data: payload };
        expect(decodeMessages({ role: "server", rsv: 4 }, chunks)).toEqual({
          delivered: [{ type: "ping", data: noPayload }, extended, extended],
          error: undefined,
        });
      },
    ),
    { numRuns: 300 },
  );
});
