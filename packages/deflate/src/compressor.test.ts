import { createDeflateRaw, inflateRawSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { json, noise } from "../test/support/messages.ts";
import { Compressor, type CompressorSettings } from "./compressor.ts";
import { Engine } from "./engine.ts";

const settings: CompressorSettings = { level: 3, memLevel: 8, windowBits: 15 };

const inflate = (payload: Uint8Array, windowBits = 15, dictionary?: Uint8Array) =>
  new Uint8Array(
    inflateRawSync(Buffer.concat([payload, Buffer.of(0, 0, 0xff, 0xff)]), {
      windowBits,
      finishFlush: 2,
      ...(dictionary !== undefined && { dictionary }),
    }),
  );

describe.each([
  [
    "with an engine",
    (given: CompressorSettings) => new Compressor(given, Engine.of(createDeflateRaw(given))),
  ],
  ["with the documented functions", (given: CompressorSettings) => new Compressor(given, undefined)],
])("%s", (_, make) => {
  const compressor = make(settings);

  test("a message is compressed without the four octets of its flush", () => {
    const message = json(938);
    const payload = compressor.compress(message, undefined)!;
    expect(payload.length).toBeLessThan(300);
    expect(payload.subarray(-4)).not.toEqual(Uint8Array.of(0, 0, 0xff, 0xff));
    expect(inflate(payload)).toEqual(message);
  });

  test("results stay as they are when more messages are compressed", () => {
    const messages = Array.from({ length: 100 }, (_, i) => json(500, i));
    const payloads = messages.map((message) => compressor.compress(message, undefined)!);
    expect(payloads.map((payload) => inflate(payload))).toEqual(messages);
  });

  test.each([1_024, 2_048, 4_096, 16_384, 32_600])(
    "the end of %d octets may refer to their beginning",
    (length) => {
      const message = noise(length);
      message.copyWithin(length - 100, 0, 100);
      expect(compressor.compress(message, undefined)?.length).toBeLessThan(length);
    },
  );

  test.each([0, 1, 3, 100, 1_000, 32_768])("%d octets of noise are better sent as they are", (length) => {
    expect(compressor.compress(noise(length), undefined)).toBeUndefined();
  });

  test("a window of what came before makes a repeated message tiny", () => {
    const message = noise(2_000);
    const payload = compressor.compress(message, message)!;
    expect(payload.length).toBeLessThan(40);
    expect(inflate(payload, 15, message)).toEqual(message);
  });

  test.each([9, 10, 11, 12, 13, 14, 15])("a window of %d bits is kept to", (windowBits) => {
    const before = noise(2 ** windowBits);
    const compressor = make({ ...settings, windowBits });
    for (const length of [1_000, 10_000, 32_000]) {
      const message = Buffer.concat([noise(100, 5), json(length), noise(100, 5)]);
      expect(inflate(compressor.compress(message, undefined)!, windowBits)).toEqual(new Uint8Array(message));
      const next = Buffer.concat([before.subarray(0, 100), json(length), before.subarray(-100)]);
      expect(inflate(compressor.compress(next, before)!, windowBits, before)).toEqual(new Uint8Array(next));
    }
  });

  test.each([1, 3, 6, 9])("level %d round trips", (level) => {
    const message = json(20_000);
    expect(inflate(make({ ...settings, level, memLevel: level }).compress(message, undefined)!)).toEqual(
      message,
    );
  });
});

const compressor = new Compressor(settings, undefined);

test("messages of up to 32 KiB are short", () => {
  expect(compressor.isShort(new Uint8Array(32_768))).toBe(true);
  expect(compressor.isShort(new Uint8Array(32_769))).toBe(false);
});

test.each([0, 100, 40_000, 3_000_000])("%d octets are compressed on the thread pool", async (length) => {
  const message = json(length);
  const payload = await compressor.compressElsewhere(message, undefined);
  if (length === 0) expect(payload).toBeUndefined();
  else expect(inflate(payload!)).toEqual(message);
});

test("noise is better sent as it is, also from the thread pool", async () => {
  expect(await compressor.compressElsewhere(noise(40_000), undefined)).toBeUndefined();
});

test("the thread pool has its own copy of the window", async () => {
  const before = noise(30_000);
  const message = Buffer.concat([before, noise(10_000, 7)]);
  const window = before.slice();
  const pending = compressor.compressElsewhere(message, window);
  window.fill(0);
  const payload = (await pending)!;
  expect(payload.length).toBeLessThan(11_000);
  expect(inflate(payload, 15, before)).toEqual(new Uint8Array(message));
});

test("what zlib refuses to do rejects", async () => {
  const broken = new Compressor({ ...settings, level: 77 }, undefined);
  await expect(broken.compressElsewhere(json(10), undefined)).rejects.toThrow(RangeError);
});
