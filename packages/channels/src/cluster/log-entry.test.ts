import { binary, text } from "@exws/frame";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { newNodeId } from "./envelope.ts";
import { decodeEntry, decodePlaced, encodeEntry, encodePlaced, placedHeader } from "./log-entry.ts";

const message = fc.oneof(
  fc.string({ unit: "grapheme" }).map((data) => text(data)),
  fc.uint8Array().map((data) => binary(data)),
);
const number = fc.oneof(fc.nat(), fc.constant(2 ** 48 - 1));

describe("an entry of a log", () => {
  test("is read as it was written, by whomever", () => {
    fc.assert(
      fc.property(message, number, (message, number) => {
        const node = newNodeId();
        expect(decodeEntry(encodeEntry({ node, number }, message))).toEqual({ node, number, message });
      }),
    );
  });

  test("goes with its place in no more than the octets that are set aside", () => {
    fc.assert(
      fc.property(
        message,
        number,
        fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 255 }),
        (message, offset, epoch) => {
          const entry = encodeEntry({ node: newNodeId(), number: 1 }, message);
          const position = { epoch, offset };
          const bytes = encodePlaced(position, entry);
          expect(decodePlaced(bytes)).toEqual({ position, entry });
          expect(bytes.length).toBeLessThanOrEqual(message.payload.length + placedHeader);
          expect(decodePlaced(encodePlaced(position, new Uint8Array(0)))?.entry).toHaveLength(0);
        },
      ),
    );
  });

  test("that is cut is none, also in a view of a larger buffer", () => {
    const entry = encodeEntry({ node: newNodeId(), number: 7 }, text("hello"));
    const placed = encodePlaced({ epoch: "epoch", offset: 5 }, entry);
    for (let length = 0; length < 24; length++)
      expect(decodeEntry(entry.subarray(0, length))).toBeUndefined();
    for (let length = 0; length < 12; length++)
      expect(decodePlaced(placed.subarray(0, length))).toBeUndefined();
    const view = Uint8Array.from([1, 2, 3, ...placed, 4]).subarray(3, 3 + placed.length);
    expect(decodePlaced(view)).toEqual({ position: { epoch: "epoch", offset: 5 }, entry });
    expect(decodeEntry(decodePlaced(view)!.entry)?.number).toBe(7);
  });

  test.each([
    ["of another version", 0, 2],
    ["of no type", 1, 3],
    ["that is no UTF-8", 24, 0xff],
  ])("%s is none", (_, at, octet) => {
    const entry = encodeEntry({ node: newNodeId(), number: 7 }, text("hello"));
    entry[at] = octet;
    expect(decodeEntry(entry)).toBeUndefined();
  });

  test("has a place with an epoch, in UTF-8", () => {
    const placed = encodePlaced({ epoch: "e", offset: 5 }, new Uint8Array(0));
    placed[7] = 0xff;
    expect(decodePlaced(placed)).toBeUndefined();
    placed[0] = 0;
    expect(decodePlaced(placed)).toBeUndefined();
  });
});
