import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { FrameDecoder, type Message, MessageDecoder, ProtocolError } from "@exws/frame";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  anyCuts,
  anyKey,
  anyMutations,
  anyRole,
  anyStream,
  mutate,
  onTheWire,
} from "./support/arbitraries.ts";
import { bytewise, concat, cutAt } from "./support/bytes.ts";
import { decodeFrames, decodeMessages } from "./support/collect.ts";
import { frame, someKey } from "./support/wire.ts";

/** The smallest memory that an unfinished payload takes, and that of a control frame between fragments. */
const constant = 256 + 125;

describe("memory held for what is unfinished", () => {
  test("stays within the limit and within sixteen times what came, after every chunk", () => {
    fc.assert(
      fc.property(
        anyStream,
        anyKey,
        anyRole,
        anyMutations,
        anyCuts,
        fc.constantFrom(100, 3000, 100_000),
        (stream, key, role, mutations, cuts, maxMessage) => {
          const bytes = mutate(onTheWire(stream, role, [key]), mutations);
          const chunks = cutAt(
            bytes,
            cuts.map((at) => at % (bytes.length + 1)),
          );
          decodeMessages({ role, maxMessage }, chunks, (decoder, received) => {
            expect(decoder.retainedBytes).toBeLessThanOrEqual(maxMessage + 125);
            expect(decoder.retainedBytes).toBeLessThanOrEqual(received * 16 + constant);
          });
          decodeFrames({ role, maxPayload: maxMessage }, chunks, (decoder, received) => {
            expect(decoder.retainedBytes).toBeLessThanOrEqual(maxMessage);
            expect(decoder.retainedBytes).toBeLessThanOrEqual(received * 16 + constant);
          });
        },
      ),
      { numRuns: 1000 },
    );
  });

  test("doubling for fragments to come stops at the limit", () => {
    const fragment = frame({ fin: false, opcode: 0, payload: new Uint8Array(600) });
    const first = frame({ fin: false, opcode: 2, payload: new Uint8Array(600) });
    const seen: number[] = [];
    decodeMessages({ role: "client", maxMessage: 1500 }, [first, fragment], (decoder) =>
      seen.push(decoder.retainedBytes),
    );
    expect(seen).toEqual([600, 1200]);
    decodeMessages({ role: "client", maxMessage: 1500 }, bytewise(concat(first, fragment)), (decoder) =>
      expect(decoder.retainedBytes).toBeLessThanOrEqual(1500),
    );
  });

  test("is freed with the message, and with the failure", () => {
    const bytes = concat(
      frame({ fin: false, opcode: 1, payload: "abc" }),
      frame({ opcode: 9, payload: "ping" }),
      frame({ opcode: 0, payload: "def" }),
    );
    const seen: number[] = [];
    decodeMessages({ role: "client" }, [bytes.subarray(0, 9), bytes.subarray(9)], (decoder) =>
      seen.push(decoder.retainedBytes),
    );
    // The first capacity, and the four octets that the Ping announces.
    expect(seen).toEqual([256 + 4, 0]);
    const failed = new MessageDecoder({ role: "client" });
    failed.push(bytes.subarray(0, 9));
    failed.next();
    failed.push(Uint8Array.of(0, 0, 0xff, 0x00));
    failed.next();
    expect(() => failed.next()).toThrow("opcode is reserved");
    expect(failed.retainedBytes).toBe(0);
  });
});

test("a decoder that failed, or has read all, does not keep the chunk alive", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const decoders = [new MessageDecoder({ role: "client" }), new FrameDecoder({ role: "client" })];
  const drained = new MessageDecoder({ role: "client" });
  const chunks = [
    new WeakRef(pushFresh(decoders[0]!, 0x83)),
    new WeakRef(pushFresh(decoders[1]!, 0x83)),
    new WeakRef(pushFresh(drained, 0x82)),
  ];
  // A WeakRef holds on to its target until the end of the turn.
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  expect(chunks.map((chunk) => chunk.deref())).toEqual([undefined, undefined, undefined]);
  for (const decoder of decoders) expect(() => decoder.next()).toThrow("The opcode is reserved");
  expect(drained.next()).toBeUndefined();

  /** Decodes a chunk of its own memory that begins with an empty frame of the given first octet. */
  function pushFresh(decoder: MessageDecoder | FrameDecoder, first: number): Uint8Array {
    const chunk = Uint8Array.of(first, 0, 0x89, 0);
    decoder.push(chunk);
    try {
      while (decoder.next() !== undefined);
    } catch (error) {
      expect(error).toBeInstanceOf(ProtocolError);
    }
    return chunk;
  }
});

describe("a million fragments", () => {
  const million = 1_000_000;

  /** Pushes the same chunk again and again and gives the most memory held and what came out at the end. */
  function flood(decoder: MessageDecoder, chunk: Uint8Array, times: number): { most: number } {
    let most = 0;
    for (let i = 0; i < times; i++) {
      decoder.push(chunk);
      expect(decoder.next()).toBeUndefined();
      most = Math.max(most, decoder.retainedBytes);
    }
    return { most };
  }
  const times1000 = (bytes: Uint8Array) => concat(...Array.from({ length: 1000 }, () => bytes));
  const limits = { maxMessage: 4_000_000, maxFragments: 2_000_000 };

  test("that are empty hold no memory", () => {
    const decoder = new MessageDecoder({ role: "server", ...limits });
    decoder.push(frame({ fin: false, opcode: 2, key: someKey }));
    const { most } = flood(
      decoder,
      times1000(frame({ fin: false, opcode: 0, key: someKey })),
      million / 1000,
    );
    expect(most).toBe(0);
    decoder.push(frame({ opcode: 0, key: someKey }));
    expect(decoder.next()).toEqual({ type: "binary", data: new Uint8Array(0) });
  });

  test.each(["binary", "text"] as const)(
    "of one octet hold at most four, and become the %s message",
    (type) => {
      const decoder = new MessageDecoder({ role: "server", ...limits });
      decoder.push(frame({ fin: false, opcode: type === "text" ? 1 : 2, key: someKey }));
      const one = frame({ fin: false, opcode: 0, payload: "a", key: someKey });
      const { most } = flood(decoder, times1000(one), million / 1000);
      expect(most).toBeLessThan(million * 4);
      decoder.push(frame({ opcode: 0, key: someKey }));
      const message = decoder.next();
      expect(message?.type).toBe(type);
      const data = (message as Extract<Message, { type: "text" | "binary" }>).data;
      expect(data.length).toBe(million);
      expect(data.at(-1)).toBe(type === "text" ? "a" : 0x61);
    },
  );

  test("that are refused by the default limit cost 1008 at the 4,097th", () => {
    const bytes = concat(
      frame({ fin: false, opcode: 2, key: someKey }),
      ...Array.from({ length: 4095 }, () => frame({ fin: false, opcode: 0, key: someKey })),
    );
    expect(decodeMessages({ role: "server" }, [bytes])).toEqual({ delivered: [], error: undefined });
    const last = frame({ opcode: 0, key: someKey });
    expect(decodeMessages({ role: "server" }, [bytes, last]).error).toBe("too-many-fragments");
  });
});

test("fragments that are each cut in two do not copy the message again each time", () => {
  // Memory that grew by each announced fragment would make 20,000 copies of half a megabyte: 10 GB.
  const decoder = new MessageDecoder({ role: "client", maxMessage: 1_000_000, maxFragments: 30_000 });
  decoder.push(frame({ fin: false, opcode: 2, payload: new Uint8Array(500_000) }));
  decoder.next();
  const capacities = new Set<number>();
  const [head, tail] = [Uint8Array.of(0x00, 0x02, 0x61), Uint8Array.of(0x62)];
  for (let i = 0; i < 20_000; i++) {
    decoder.push(head);
    decoder.next();
    decoder.push(tail);
    decoder.next();
    capacities.add(decoder.retainedBytes);
  }
  expect(capacities.size).toBe(1);
});

test("pushing many chunks before the first `next` costs linear time", () => {
  // Joined anew at each push, 30,000 chunks of 1 KiB would copy 460 GB.
  const chunk = frame({ opcode: 2, payload: new Uint8Array(1020) });
  const decoder = new MessageDecoder({ role: "client" });
  for (let i = 0; i < 30_000; i++) decoder.push(chunk);
  let messages = 0;
  while (decoder.next() !== undefined) messages++;
  expect(messages).toBe(30_000);
});

describe("a payload that is kept", () => {
  const sizes = [
    0, 1, 63, 64, 65, 125, 126, 255, 256, 257, 1000, 8191, 8192, 8193, 16_384, 65_535, 65_536, 65_537,
    100_000, 300_000,
  ];

  /** A message in fragments of `size` octets, the last of which may be shorter. */
  function fragments(payload: Uint8Array, size: number): Uint8Array {
    const frames: Uint8Array[] = [];
    for (let at = 0; at === 0 || at < payload.length; at += size) {
      const fin = at + size >= payload.length;
      frames.push(frame({ fin, opcode: at === 0 ? 2 : 0, payload: payload.subarray(at, at + size) }));
    }
    return concat(...frames);
  }
  function pieces(bytes: Uint8Array, size: number): Uint8Array[] {
    return cutAt(
      bytes,
      Array.from({ length: Math.floor(bytes.length / size) }, (_, i) => (i + 1) * size),
    );
  }

  const ways: [string, (payload: Uint8Array) => Uint8Array[]][] = [
    ["in one frame and one chunk", (payload) => [frame({ opcode: 2, payload })]],
    ["in one frame, in chunks of 1460 octets", (payload) => pieces(frame({ opcode: 2, payload }), 1460)],
    ["in one frame, in chunks of 100 octets", (payload) => pieces(frame({ opcode: 2, payload }), 100)],
    ["in two fragments", (payload) => [fragments(payload, (payload.length >> 1) + 1)]],
    ["in fragments of 100 octets", (payload) => [fragments(payload, 100)]],
    ["in fragments of 1000 octets, in chunks of 4096", (payload) => pieces(fragments(payload, 1000), 4096)],
    [
      "in one fragment and an empty last one",
      (payload) => [frame({ fin: false, opcode: 2, payload }), frame({ opcode: 0 })],
    ],
  ];

  test.each(ways)("%s holds on to 64 KiB at most beyond its size, and does not change", (_, cut) => {
    const decoder = new MessageDecoder({ role: "client" });
    const readBuffer = new Uint8Array(310_000);
    const kept: Uint8Array[] = [];
    for (const size of [...sizes, ...sizes]) {
      for (const chunk of cut(Uint8Array.from({ length: size }, (_, i) => (i * 13 + size) & 0xff))) {
        readBuffer.set(chunk);
        decoder.push(readBuffer, 0, chunk.length);
        for (let message = decoder.next(); message !== undefined; message = decoder.next()) {
          kept.push((message as Extract<Message, { type: "binary" }>).data);
        }
        readBuffer.fill(0xff, 0, chunk.length);
      }
    }
    expect(kept.map((payload) => payload.length)).toEqual([...sizes, ...sizes]);
    for (const payload of kept) {
      expect(payload.buffer.byteLength - payload.length).toBeLessThanOrEqual(65_536);
      expect(payload.every((octet, i) => octet === ((i * 13 + payload.length) & 0xff))).toBe(true);
    }
  });

  test("is nobody else's: what a receiver writes into one does not reach another", () => {
    const payload = Uint8Array.from({ length: 200 }, (_, i) => i);
    const bytes = concat(...Array.from({ length: 400 }, () => frame({ opcode: 2, payload })));
    const { delivered } = decodeMessages({ role: "client" }, [bytes]);
    const data = delivered.map((message) => (message as Extract<Message, { type: "binary" }>).data);
    for (const [i, each] of data.entries()) if (i % 2 === 0) each.fill(0xee);
    for (const [i, each] of data.entries()) if (i % 2 === 1) expect(each).toEqual(payload);
  });
});
