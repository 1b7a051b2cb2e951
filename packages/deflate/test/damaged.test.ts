import { ProtocolError } from "@exws/frame";
import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { Engine } from "../src/engine.ts";
import { permessageDeflate } from "../src/index.ts";
import { connect } from "./support/connection.ts";
import { json, message, noise } from "./support/messages.ts";
import { ZlibPeer } from "./support/zlib-peer.ts";

const limit = 300_000;

const damage = fc.array(
  fc.record({ at: fc.nat(), remove: fc.nat(3), insert: fc.uint8Array({ maxLength: 4 }) }),
  { minLength: 1, maxLength: 4 },
);

function damaged(
  payload: Uint8Array,
  changes: typeof damage extends fc.Arbitrary<infer Value> ? Value : never,
) {
  const octets = [...payload];
  for (const { at, remove, insert } of changes) octets.splice(at % (octets.length + 1), remove, ...insert);
  return Uint8Array.from(octets);
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(["with engines", "with the documented functions"])("%s", (how) => {
  test("a damaged message is a message or a ProtocolError, and the next sound one is understood", async () => {
    if (how !== "with engines") vi.spyOn(Engine, "of").mockReturnValue(undefined);
    const connection = connect(permessageDeflate(), undefined, limit);
    const peer = new ZlibPeer({ resetDeflate: true });
    await fc.assert(
      fc.asyncProperty(message, damage, async (original, changes) => {
        const sound = await peer.compress(original);
        try {
          const result = await connection.decode(damaged(sound, changes));
          expect(result.length).toBeLessThanOrEqual(limit);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
          expect(["invalid-compressed-data", "message-too-large"]).toContain((error as ProtocolError).code);
        }
        expect(await connection.decode(sound)).toEqual(original);
      }),
      { numRuns: 1_000 },
    );
    peer.close();
  });
});

test("noise is no message, or some message, but never anything else", async () => {
  const extension = permessageDeflate({ clientContextTakeover: true });
  const connections = [connect(permessageDeflate(), undefined, limit), connect(extension, undefined, limit)];
  connections[1]!.decode(await new ZlibPeer().compress(json(10_000)));
  for (let seed = 1; seed < 2_000; seed += 1) {
    for (const connection of connections) {
      try {
        expect(connection.decode(noise(seed % 70, seed))).toBeInstanceOf(Uint8Array);
      } catch (error) {
        expect(error).toBeInstanceOf(ProtocolError);
      }
    }
  }
});
