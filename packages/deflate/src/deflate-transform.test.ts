import { text } from "@exws/frame";
import { expect, test, vi } from "vitest";
import { json, noise } from "../test/support/messages.ts";
import { ZlibPeer } from "../test/support/zlib-peer.ts";
import { Compressor } from "./compressor.ts";
import { Decompressor } from "./decompressor.ts";
import { DeflateTransform } from "./deflate-transform.ts";
import { JobQueue } from "./job-queue.ts";
import { PreparedFrames } from "./prepared-frames.ts";
import { SlidingWindow } from "./sliding-window.ts";

const takeover = { sent: 15, received: 15 };

/** A transform with what it is made of, where it can be watched. */
function make({ sent, received, jobs = 4 }: { sent?: number; received?: number; jobs?: number } = {}) {
  const compressor = new Compressor({ level: 3, memLevel: 8, windowBits: sent ?? 15 }, undefined);
  const decompressor = new Decompressor(4_000_000, Number.POSITIVE_INFINITY, undefined);
  const queue = new JobQueue(jobs, 100_000_000);
  const shared = { threshold: 100, compressor, queue, prepared: new PreparedFrames(compressor, queue) };
  const windows = {
    sent: sent === undefined ? undefined : new SlidingWindow(sent),
    received: received === undefined ? undefined : new SlidingWindow(received),
  };
  const connect = () => new DeflateTransform(shared, decompressor, windows.sent, windows.received);
  return { compressor, queue, ...windows, connect, transform: connect() };
}

test("it marks messages with RSV1 and says from which length it wants them", () => {
  expect(make().transform).toMatchObject({ rsv: 4, threshold: 100 });
});

test("short messages are encoded and decoded at once, long ones on the thread pool", async () => {
  const { transform } = make();
  const short = transform.encode(json(32_768)) as Uint8Array;
  expect(short).toBeInstanceOf(Uint8Array);
  expect(transform.decode(short)).toEqual(json(32_768));
  const long = transform.encode(json(400_000));
  expect(long).toBeInstanceOf(Promise);
  const message = transform.decode((await long)!);
  expect(message).toBeInstanceOf(Promise);
  expect(await message).toEqual(json(400_000));
});

test("context passes from short to long messages and back, both ways", async () => {
  const { transform } = make(takeover);
  const peer = new ZlibPeer();
  for (const length of [500, 60_000, 500, 200_000, 70_000, 1, 500]) {
    const message = json(length, length);
    const encoded = await transform.encode(message);
    if (encoded !== undefined) expect(await peer.decompress(encoded)).toEqual(Buffer.from(message));
    expect(await transform.decode(await peer.compress(message))).toEqual(message);
  }
  peer.close();
});

test("a message that is sent as it is stays out of the window", async () => {
  const { transform, sent } = make(takeover);
  expect(transform.encode(noise(1_000))).toBeUndefined();
  expect(await transform.encode(noise(50_000))).toBeUndefined();
  expect(sent?.bytes).toBeUndefined();
  expect(transform.encodePrepared(text("\u{1f600}"))).toBeUndefined();
  transform.encode(json(1_000));
  expect(sent?.bytes).toEqual(json(1_000));
});

test("with context a prepared message is encoded for this connection, short or long", async () => {
  const { transform, sent } = make(takeover);
  const peer = new ZlibPeer();
  for (const length of [1_000, 1_000, 50_000]) {
    const message = text(new TextDecoder().decode(json(length)));
    const frame = (await transform.encodePrepared(message))!;
    expect(frame[0]).toBe(0xc1);
    const header = frame[1]! < 126 ? 2 : 4;
    expect(await peer.decompress(frame.subarray(header))).toEqual(Buffer.from(message.payload));
  }
  expect(sent?.retainedBytes).toBe(32_768);
  peer.close();
});

test("without context a prepared message is the same frame for all", () => {
  const { transform, connect } = make();
  const other = connect();
  const message = text("again and ".repeat(50));
  expect(other.encodePrepared(message)).toBe(transform.encodePrepared(message));
});

test("closing frees the windows", () => {
  const { transform, sent, received } = make(takeover);
  const payload = transform.encode(json(5_000)) as Uint8Array;
  transform.decode(payload);
  expect([sent?.retainedBytes, received?.retainedBytes]).toEqual([8_192, 8_192]);
  transform.close();
  expect([sent?.retainedBytes, received?.retainedBytes]).toEqual([0, 0]);
});

test("closing settles what runs and what waits at once, with nothing, and the windows stay empty", async () => {
  const { transform, sent, received, queue } = make({ ...takeover, jobs: 1 });
  const encoding = transform.encode(json(3_000_000));
  const decoding = transform.decode(noise(40_000));
  expect([queue.running, queue.waiting]).toEqual([1, 1]);
  transform.close();
  expect([queue.running, queue.waiting]).toEqual([1, 0]);
  expect(await encoding).toBeUndefined();
  expect(await decoding).toEqual(new Uint8Array(0));
  expect([sent?.retainedBytes, received?.retainedBytes]).toEqual([0, 0]);
  await vi.waitFor(() => expect(queue.running).toBe(0));
});

test("closing when nothing is pending, without context, twice, is fine", async () => {
  const { transform } = make();
  await transform.decode((await transform.encode(json(200_000)))!);
  transform.close();
  transform.close();
  expect(transform.encodePrepared(text("x".repeat(1_000)))).toBeInstanceOf(Uint8Array);
});

test("a broken message throws at once, or rejects from the thread pool", async () => {
  const { transform } = make();
  expect(() => transform.decode(Uint8Array.of(0xff))).toThrow(
    expect.objectContaining({ code: "invalid-compressed-data", closeCode: 1007 }),
  );
  await expect(transform.decode(noise(40_000))).rejects.toMatchObject({ code: "invalid-compressed-data" });
});

test("what cannot be compressed for a fault of ours rejects, and the queue goes on", async () => {
  const { transform, compressor, queue } = make();
  vi.spyOn(compressor, "compressElsewhere").mockRejectedValueOnce(new Error("no memory"));
  await expect(transform.encode(json(50_000))).rejects.toThrow("no memory");
  expect(await transform.encode(json(50_000))).toBeInstanceOf(Uint8Array);
  expect(queue.running).toBe(0);
});
