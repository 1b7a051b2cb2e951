import { Channels } from "@exws/channels";
import { describe, expect, test } from "vitest";
import type { Person } from "../protocol/fields.ts";
import { keptMessages, type RoomId, stamp } from "./rooms.ts";

/** What is found of `said` messages of which `count` are kept. */
async function keptOf(said: number, count: number): Promise<string[]> {
  const rooms = new Channels<{ [room: RoomId]: { meta: Person | undefined } }>({
    history: () => ({ count }),
  });
  const member = { write: () => "sent" as const, onClosed: () => {} };
  rooms.join("room:a", member, undefined);
  for (let i = 1; i <= said; i++) rooms.broadcast("room:a", `${i}`);
  const messages = await keptMessages(rooms, "room:a");
  expect(rooms.size("room:a")).toBe(1);
  return messages.map(({ payload }) => new TextDecoder().decode(payload));
}

describe("all that is kept is found, wherever it begins", () => {
  test.each([
    [0, 5],
    [1, 5],
    [5, 5],
    [6, 5],
    [7, 1],
    [64, 33],
    [99, 98],
    [100, 0],
    [250, 37],
  ])("of %i messages the last %i", async (said, count) => {
    const first = Math.max(0, said - count) + 1;
    expect(await keptOf(said, count)).toEqual(
      Array.from({ length: Math.min(said, count) }, (_, i) => `${first + i}`),
    );
  });
});

test("the position is put into a message; what is none goes as it came", () => {
  const place = { epoch: 'e"', offset: 3 };
  expect(JSON.parse(`${stamp('{"a":1}', place)}`)).toEqual({ a: 1, position: place });
  const bytes = Uint8Array.of(1);
  expect([stamp(bytes, place), stamp("nothing", place)]).toEqual([bytes, "nothing"]);
});
