import { constants, createInflateRaw, deflateRawSync, type ZlibOptions } from "node:zlib";
import { ProtocolError } from "@exws/frame";
import { describe, expect, test } from "vitest";
import { json, noise } from "../test/support/messages.ts";
import { Decompressor } from "./decompressor.ts";
import { Engine } from "./engine.ts";

const mebibyte = 1_048_576;

/** As a sender does it: one flush, without its last four octets. */
const deflate = (message: Uint8Array, options: ZlibOptions = {}) =>
  deflateRawSync(message, { ...options, finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
/** Blocks of which the last has BFINAL set. */
const deflateFinal = (message: Uint8Array, options: ZlibOptions = {}) => deflateRawSync(message, options);

const hex = (octets: string) => Buffer.from(octets.replaceAll(" ", ""), "hex");
const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);
const ascii = (characters: string) => new TextEncoder().encode(characters);

type Decompress = (
  payload: Uint8Array,
  window?: Uint8Array,
  limit?: number,
  ratio?: number,
) => Promise<Uint8Array>;

const atOnce =
  (engine: Engine | undefined): Decompress =>
  async (payload, window, limit = mebibyte, ratio = Number.POSITIVE_INFINITY) => {
    const message = new Decompressor(limit, ratio, engine).decompress(payload, window);
    if (message === undefined) throw new Error("left to the thread pool");
    return message;
  };

const elsewhere: Decompress = (payload, window, limit = mebibyte, ratio = Number.POSITIVE_INFINITY) =>
  new Decompressor(limit, ratio, undefined).decompressElsewhere(payload, window);

describe.each<[string, Decompress]>([
  ["with an engine", atOnce(Engine.of(createInflateRaw()))],
  ["with the documented functions", atOnce(undefined)],
  ["on the thread pool", elsewhere],
])("%s", (_, decompress) => {
  const refuses = (payload: Uint8Array, code: string, ...rest: [Uint8Array?, number?, number?]) =>
    expect(decompress(payload, ...rest)).rejects.toMatchObject({ name: "ProtocolError", code });

  test.each([
    // RFC 7692 §7.2.3.1 to §7.2.3.5
    ["one block with fixed codes", "f2 48 cd c9 c9 07 00"],
    ["a block without compression", "00 05 00 fa ff 48 65 6c 6c 6f 00"],
    ["a block with BFINAL set and an empty one behind it", "f3 48 cd c9 c9 07 00 00"],
    ["two blocks", "f2 48 05 00 00 00 ff ff ca c9 c9 07 00"],
    // The same in other forms
    ["a block with BFINAL set and nothing behind it", "f3 48 cd c9 c9 07 00"],
    ["an empty last block without compression and with BFINAL set", "f2 48 cd c9 c9 07 00 00 00 ff ff 01"],
    ["a block with dynamic codes and BFINAL set", deflateFinal(ascii("Hello"), { level: 9 }).toString("hex")],
    ["empty blocks all around", "00 00 00 ff ff f2 48 cd c9 c9 07 00 00 00 ff ff 00 00 00 ff ff 00"],
  ])("Hello as %s", async (_, octets) => {
    expect(text(await decompress(hex(octets)))).toBe("Hello");
  });

  test.each(["00", "02 00", "03 00", "01", "03 00 00"])("%s is the empty message", async (octets) => {
    expect(await decompress(hex(octets))).toEqual(new Uint8Array(0));
  });

  test("a message may refer to the one before when context is taken over", async () => {
    // RFC 7692 §7.2.3.2: the second "Hello" is one reference.
    expect(text(await decompress(hex("f2 00 11 00 00"), ascii("Hello")))).toBe("Hello");
    await refuses(hex("f2 00 11 00 00"), "invalid-compressed-data");
  });

  test("a final block ends the decompressor, not the window: what follows may refer to it", async () => {
    const first = noise(1_000, 4);
    const parts = [deflateFinal(first), deflateFinal(noise(500, 5)), deflate(first, { dictionary: first })];
    parts[2] = deflate(first, { dictionary: Buffer.concat([first, noise(500, 5)]) });
    const message = await decompress(Buffer.concat(parts));
    expect(message).toEqual(new Uint8Array(Buffer.concat([first, noise(500, 5), first])));
  });

  test("a final block in a message that takes over context", async () => {
    const before = noise(1_000, 4);
    const payload = Buffer.concat([
      deflateFinal(before, { dictionary: before }),
      deflate(before, { dictionary: before }),
    ]);
    expect(payload.length).toBeLessThan(60);
    expect(await decompress(payload, before)).toEqual(new Uint8Array(Buffer.concat([before, before])));
  });

  test("32 final blocks are borne, 33 are not", async () => {
    const final = (count: number) => Buffer.concat(Array.from({ length: count }, () => hex("03 00")));
    expect(await decompress(final(33).subarray(0, 64))).toEqual(new Uint8Array(0));
    await refuses(Buffer.concat([final(33), hex("00")]), "invalid-compressed-data");
    await refuses(final(10_000), "invalid-compressed-data");
  });

  test.each([
    ["nothing at all", ""],
    ["a reserved kind of block", "06"],
    ["lengths that contradict each other", "00 05 00 fa fe 48 65 6c 6c 6f 00"],
    ["a reference to before the beginning", "f2 00 11 00 00"],
    ["a message that is cut within a block", "f2 48 cd c9"],
    ["a message that is cut within an uncompressed block", "00 05 00 fa ff 48 65"],
    ["a message without its last empty block", "f2 48 cd c9 c9 07"],
    ["a message with the octets that should have been left out", "f2 48 cd c9 c9 07 00 00 00 ff ff"],
    ["noise", "a5 5a ff 00 13 37"],
  ])("%s is invalid", async (_, octets) => {
    await refuses(hex(octets), "invalid-compressed-data");
  });

  test("a message cut at any octet never comes out whole", async () => {
    const message = json(700);
    const payload = deflate(message);
    for (let end = 0; end < payload.length; end += 1) {
      await refuses(payload.subarray(0, end), "invalid-compressed-data");
    }
  });

  test.each([0, 1, 999, 70_000, 131_071, 131_072])("a limit of %d octets is exact", async (limit) => {
    const message = json(limit + 1);
    const fitting = deflate(message.subarray(0, limit));
    expect(await decompress(fitting, undefined, limit)).toEqual(message.slice(0, limit));
    await refuses(deflate(message), "message-too-large", undefined, limit);
    const split = Buffer.concat([
      deflateFinal(message.subarray(0, limit >> 1)),
      deflate(message.subarray(limit >> 1)),
    ]);
    await refuses(split, "message-too-large", undefined, limit);
  });

  test("the ratio limits what comes out, but never below 64 KiB", async () => {
    expect(await decompress(deflate(new Uint8Array(65_536)), undefined, mebibyte, 5)).toHaveLength(65_536);
    await refuses(deflate(new Uint8Array(65_537)), "message-too-large", undefined, mebibyte, 5);
    const payload = deflate(json(100_000));
    const ratio = 100_000 / payload.length;
    expect(await decompress(payload, undefined, mebibyte, ratio)).toHaveLength(100_000);
    await refuses(payload, "message-too-large", undefined, mebibyte, ratio - 0.01);
  });

  test("the payload and the window are left as they are", async () => {
    const window = noise(1_000);
    const payload = deflate(json(2_000), { dictionary: window });
    const copies = [payload.slice(), window.slice()];
    await decompress(payload, window);
    expect([payload, window]).toEqual(copies);
  });

  test("results are Uint8Arrays that stay as they are", async () => {
    const messages = Array.from({ length: 50 }, (_, i) => json(i * 300, i));
    const results = await Promise.all(messages.map((message) => decompress(deflate(message))));
    expect(results).toEqual(messages);
    for (const result of results) expect(Object.getPrototypeOf(result)).toBe(Uint8Array.prototype);
  });
});

describe.each([
  ["with an engine", Engine.of(createInflateRaw())],
  ["with the documented functions", undefined],
])("%s, what is long", (_, engine) => {
  const decompressor = new Decompressor(mebibyte, Number.POSITIVE_INFINITY, engine);

  test("is left to the thread pool: more than 32 KiB of payload", () => {
    expect(decompressor.decompress(noise(32_769), undefined)).toBeUndefined();
  });

  test("is left to the thread pool: a message that turns out to have more than 128 KiB", () => {
    expect(decompressor.decompress(deflate(new Uint8Array(131_073)), undefined)).toBeUndefined();
    expect(decompressor.decompress(deflate(new Uint8Array(131_073)), noise(10))).toBeUndefined();
    expect(decompressor.decompress(deflate(new Uint8Array(131_072)), undefined)).toHaveLength(131_072);
  });

  test("is refused at once when it is longer than the limit", () => {
    const strict = new Decompressor(100_000, Number.POSITIVE_INFINITY, engine);
    expect(() => strict.decompress(deflate(new Uint8Array(4_000_000)), undefined)).toThrow(ProtocolError);
  });
});

test("the thread pool has its own copies of the payload and the window", async () => {
  const window = noise(1_000);
  const message = json(200_000);
  const payload = deflate(message, { dictionary: window });
  const given = [payload.slice(), window.slice()] as const;
  const pending = elsewhere(given[0], given[1]);
  for (const bytes of given) bytes.fill(0);
  expect(await pending).toEqual(message);
});

test("decompressing costs the payload and what can come out of it at the most", () => {
  const cost = (length: number, limit: number, ratio: number) =>
    new Decompressor(limit, ratio, undefined).cost(new Uint8Array(length));
  expect(cost(100, mebibyte, Number.POSITIVE_INFINITY)).toBe(100 + 103_200);
  expect(cost(10_000, mebibyte, Number.POSITIVE_INFINITY)).toBe(10_000 + mebibyte);
  expect(cost(100_000, Number.POSITIVE_INFINITY, 10)).toBe(1_100_000);
});

test("what is not the peer's fault is no ProtocolError", async () => {
  const broken = new Decompressor(mebibyte, Number.POSITIVE_INFINITY, undefined);
  const window = "no window" as unknown as Uint8Array;
  expect(() => broken.decompress(hex("00"), window)).toThrow(TypeError);
  await expect(broken.decompressElsewhere(hex("00"), window)).rejects.toThrow(TypeError);
});
