import { expect, test } from "vitest";
import { startRoom } from "./room.ts";

const readers = 1000;
const message = "x".repeat(4096);

test("one member that stopped reading is gone at its bound; 1,000 others do not notice", async () => {
  const left: number[] = [];
  const room = await startRoom(
    { limits: { softBuffer: 32_768, hardBuffer: 131_072, closeTimeout: 300, lingerTimeout: 300 } },
    { onLeave: (id) => void left.push(room.channels.size(id)) },
  );
  const { channels, connections } = room;
  const clients = await room.open(readers);
  let rounds = 0;
  /** One broadcast, until the last reader has it: milliseconds. */
  const round = async () => {
    const began = performance.now();
    const result = channels.broadcast("room", message);
    rounds++;
    await Promise.all(clients.map((client) => client.has(rounds)));
    return { result, took: performance.now() - began };
  };
  const before: number[] = [];
  for (let i = 0; i < 20; i++) before.push((await round()).took);

  const [slow] = await room.open(1);
  slow!.socket.pause();
  const stalled = connections[readers]!;
  // The kernel takes some megabytes first.
  while (stalled.bufferedAmount < 32_768) {
    stalled.write(new Uint8Array(60_000));
    await new Promise((resolve) => setImmediate(resolve));
  }
  const during: number[] = [];
  const counts = { queued: 0, closed: 0, dropped: 0 };
  while (channels.size("room") > readers) {
    const { result, took } = await round();
    expect(result.sent).toBe(readers);
    counts.queued += result.queued;
    counts.closed += result.closed;
    counts.dropped += result.dropped;
    during.push(took);
  }
  // Behind the bound it got nothing: it was closed for it, once, and everybody else has everything.
  expect(counts).toEqual({ queued: during.length - 1, closed: 1, dropped: 0 });
  expect(left).toEqual([readers]);
  expect(room.server.stats().overflows).toBe(1);
  expect(clients.every(({ messages }) => messages.length === rounds)).toBe(true);
  expect(during.length).toBeGreaterThan(10);
  const median = (times: number[]) => times.toSorted((a, b) => a - b)[times.length >> 1]!;
  const compared = `before ${median(before).toFixed(1)} ms, during ${median(during).toFixed(1)} ms`;
  expect(median(during), compared).toBeLessThan(3 * median(before) + 20);
});
