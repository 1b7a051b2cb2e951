import { binary, text } from "@exws/frame";
import { expect, test, vi } from "vitest";
import { json, noise } from "../test/support/messages.ts";
import { Compressor } from "./compressor.ts";
import { JobQueue } from "./job-queue.ts";
import { PreparedFrames } from "./prepared-frames.ts";

function make() {
  const compressor = new Compressor({ level: 3, memLevel: 8, windowBits: 15 }, undefined);
  const queue = new JobQueue(4, 16_777_216);
  return { compressor, queue, frames: new PreparedFrames(compressor, queue) };
}

test("a short message is compressed once, however often it is asked for", () => {
  const { compressor, frames } = make();
  const compress = vi.spyOn(compressor, "compress");
  const message = text("all the same ".repeat(100));
  const frame = frames.get(message) as Uint8Array;
  expect([frame[0], frame.length - 2]).toEqual([0xc1, frame[1]]);
  for (let i = 0; i < 1_000; i += 1) expect(frames.get(message)).toBe(frame);
  expect(compress).toHaveBeenCalledTimes(1);
});

test("a long message is compressed once on the thread pool, also for those who ask while it is on its way", async () => {
  const { compressor, frames } = make();
  const compress = vi.spyOn(compressor, "compressElsewhere");
  const message = binary(json(100_000));
  const promises = Array.from({ length: 1_000 }, () => frames.get(message));
  const all = await Promise.all(promises);
  expect(new Set(all).size).toBe(1);
  expect(all[0]![0]).toBe(0xc2);
  expect(frames.get(message)).toBe(all[0]);
  expect(compress).toHaveBeenCalledTimes(1);
});

test("that a message is better sent as it is is found out once", async () => {
  const { compressor, frames } = make();
  const spies = [vi.spyOn(compressor, "compress"), vi.spyOn(compressor, "compressElsewhere")];
  const [short, long] = [binary(noise(2_000)), binary(noise(50_000))];
  for (let i = 0; i < 3; i += 1) {
    expect(frames.get(short)).toBeUndefined();
    expect(await frames.get(long)).toBeUndefined();
  }
  expect(frames.get(long)).toBeUndefined();
  for (const spy of spies) expect(spy).toHaveBeenCalledTimes(1);
});

test("two messages with the same text are two messages", () => {
  const { frames } = make();
  const [one, other] = [text("twin ".repeat(100)), text("twin ".repeat(100))];
  expect(frames.get(one)).toEqual(frames.get(other));
  expect(frames.get(one)).not.toBe(frames.get(other));
});

test("a failure is everyone's who asked, and the next one tries again", async () => {
  const { compressor, frames } = make();
  vi.spyOn(compressor, "compressElsewhere").mockRejectedValueOnce(new Error("no memory"));
  const message = binary(json(100_000));
  const results = await Promise.allSettled([frames.get(message), frames.get(message)]);
  expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(await frames.get(message)).toBeInstanceOf(Uint8Array);
});
