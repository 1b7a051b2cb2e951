import { binary, type MessageTransform } from "@exws/frame";
import { acceptPermessageDeflate, offerPermessageDeflate } from "@exws/handshake";
import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { Engine } from "../src/engine.ts";
import { permessageDeflate } from "../src/index.ts";
import { message } from "./support/messages.ts";
import { ZlibPeer } from "./support/zlib-peer.ts";

const bits = fc.integer({ min: 9, max: 15 });
const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });

/** What a server may be told and a client may offer. */
const parameters = fc.record({
  options: fc.record({
    level: fc.integer({ min: 1, max: 9 }),
    memLevel: fc.integer({ min: 1, max: 9 }),
    threshold: fc.constantFrom(0, 100),
    serverMaxWindowBits: bits,
    clientMaxWindowBits: bits,
    serverContextTakeover: fc.boolean(),
    clientContextTakeover: fc.boolean(),
    maxJobs: fc.integer({ min: 1, max: 3 }),
  }),
  offer: fc
    .record({
      serverNoContextTakeover: fc.boolean(),
      clientNoContextTakeover: fc.boolean(),
      serverMaxWindowBits: optional(bits),
      clientMaxWindowBits: optional(fc.oneof(bits, fc.constant(true as const))),
    })
    .map(({ serverMaxWindowBits, clientMaxWindowBits, ...flags }) =>
      offerPermessageDeflate({
        ...flags,
        ...(serverMaxWindowBits !== undefined && { serverMaxWindowBits }),
        ...(clientMaxWindowBits !== undefined && { clientMaxWindowBits }),
      }),
    ),
});

type Parameters = typeof parameters extends fc.Arbitrary<infer Value> ? Value : never;

/** A connection, and a peer that keeps the streams which the parameters allow. */
function connect({ options, offer }: Parameters): { server: MessageTransform; peer: ZlibPeer } {
  const extension = permessageDeflate(options);
  const answer = extension.negotiate(offer)!;
  const agreed = acceptPermessageDeflate([offer], answer);
  const peer = new ZlibPeer({
    windowBits: agreed.clientMaxWindowBits,
    inflateWindowBits: agreed.serverMaxWindowBits,
    resetDeflate: agreed.clientNoContextTakeover,
    resetInflate: agreed.serverNoContextTakeover,
  });
  return { server: extension.start(answer, 1_048_576), peer };
}

const step = fc.record({
  message,
  from: fc.constantFrom("server", "client"),
  prepared: fc.boolean(),
  /** The sender may send any message as it is (RFC 7692 §6). */
  plain: fc.integer({ min: 0, max: 4 }).map((number) => number === 0),
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(["with engines", "with the documented functions"])("%s", (how) => {
  test("a peer with zlib streams understands every message, and we it, with whatever parameters, in any order", async () => {
    if (how !== "with engines") vi.spyOn(Engine, "of").mockReturnValue(undefined);
    await fc.assert(
      fc.asyncProperty(parameters, fc.array(step, { minLength: 1, maxLength: 12 }), async (given, steps) => {
        const { server, peer } = connect(given);
        for (const { message, from, prepared, plain } of steps) {
          if (from === "client") {
            if (plain) continue;
            expect(await server.decode(await peer.compress(message))).toEqual(message);
            continue;
          }
          if (plain || message.length < server.threshold) continue;
          const payload = prepared
            ? payloadOf(await server.encodePrepared(binary(message)))
            : await server.encode(message);
          if (payload === undefined) continue;
          expect(payload.length).toBeLessThan(message.length);
          expect(await peer.decompress(payload)).toEqual(Buffer.from(message));
        }
        server.close();
        peer.close();
      }),
      { numRuns: 250 },
    );
  });
});

/** The payload of a frame that is not masked. */
function payloadOf(frame: Uint8Array | undefined): Uint8Array | undefined {
  if (frame === undefined) return undefined;
  expect(frame[0]).toBe(0xc2);
  const length = frame[1]!;
  return frame.subarray(length < 126 ? 2 : length === 126 ? 4 : 10);
}

test.each([9, 10, 11, 12, 13, 14, 15])(
  "messages larger than a window of %d bits, one after the other, refer no further than it reaches",
  async (window) => {
    const { server, peer } = connect({
      options: {
        level: 9,
        memLevel: 9,
        threshold: 0,
        serverMaxWindowBits: 15,
        clientMaxWindowBits: window,
        serverContextTakeover: true,
        clientContextTakeover: true,
        maxJobs: 1,
      },
      offer: offerPermessageDeflate({ serverMaxWindowBits: window, clientMaxWindowBits: true }),
    });
    // Text that comes again just within reach, and just out of it.
    const block = Buffer.from(Array.from({ length: 64 }, (_, i) => `${i * 7_919} `).join(""));
    for (const gap of [
      0,
      200,
      2 ** window - block.length - 300,
      2 ** window - block.length,
      2 ** window,
      40_000,
    ]) {
      const message = Buffer.concat([block, Buffer.alloc(Math.max(0, gap), " "), block]);
      const payload = (await server.encode(message))!;
      expect(await peer.decompress(payload)).toEqual(message);
      expect(await server.decode(await peer.compress(message))).toEqual(new Uint8Array(message));
    }
    server.close();
    peer.close();
  },
);
