import type { Message } from "@exws/frame";
import fc from "fast-check";
import { concat, utf8 } from "./bytes.ts";
import { type FrameShape, frame } from "./wire.ts";

/** Text with characters of 1 to 4 octets, U+FEFF and U+FFFD among them, and runs of ASCII around the sizes that matter. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({
    unit: fc.constantFrom("a", "\0", "é", "߿", "ࠀ", "✓", "\ufeff", "\ufffd", "😀", "\u{10ffff}"),
    maxLength: 60,
  }),
  fc.nat(300).map((length) => "x".repeat(length)),
  fc.tuple(fc.nat(200), fc.constantFrom("é", "✓", "😀")).map(([length, last]) => "y".repeat(length) + last),
);

/** Bytes of lengths around the borders of the length forms and of the paths in the codec. */
export const anyBytes: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 6, arbitrary: fc.uint8Array({ maxLength: 140 }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(255, 256, 257, 1000, 8191, 8192, 8193, 65535, 65536, 65537), fc.nat(255))
      .map(([length, seed]) => Uint8Array.from({ length }, (_, i) => (i * 31 + seed) & 0xff)),
  },
);

/** A masking key. */
export const anyKey: fc.Arbitrary<[number, number, number, number]> = fc.oneof(
  fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)),
  fc.constant<[number, number, number, number]>([0, 0, 0, 0]),
);

const controlPayload = fc.uint8Array({ maxLength: 125 });
const anyPing: fc.Arbitrary<Message> = fc.record({
  type: fc.constantFrom("ping", "pong"),
  data: controlPayload,
});

/** A message without a Close: a stream may go on after it. */
export const anyMessage: fc.Arbitrary<Message> = fc.oneof(
  { weight: 3, arbitrary: anyText.map((data): Message => ({ type: "text", data })) },
  { weight: 3, arbitrary: anyBytes.map((data): Message => ({ type: "binary", data })) },
  { weight: 2, arbitrary: anyPing },
  { weight: 1, arbitrary: fc.constant<Message>({ type: "close", code: 1005, reason: "" }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.constantFrom(1000, 1001, 1003, 1014, 3000, 4999),
        fc.string({ unit: fc.constantFrom("a", "é", "😀"), maxLength: 30 }),
      )
      .map(([code, reason]): Message => ({ type: "close", code, reason })),
  },
);

/** Frames, and the messages that they carry in the order in which they end. */
export type Stream = { readonly frames: readonly FrameShape[]; readonly messages: readonly Message[] };

const payloadOf = (message: Message): Uint8Array => {
  if (message.type === "text") return utf8(message.data);
  if (message.type !== "close") return message.data;
  if (message.code === 1005) return new Uint8Array(0);
  return concat(Uint8Array.of(message.code >> 8, message.code & 0xff), utf8(message.reason));
};
const opcodes = { text: 1, binary: 2, "text-bytes": 1, extended: 2, close: 8, ping: 9, pong: 10 } as const;

/** A data message cut into fragments, empty ones among them, with pings and pongs in between. */
function fragmented(message: Message): fc.Arbitrary<Stream> {
  const payload = payloadOf(message);
  const opcode = opcodes[message.type];
  if (opcode >= 8) return fc.constant({ frames: [{ opcode, payload }], messages: [message] });
  const borders = fc.array(fc.nat(payload.length), { maxLength: 6 });
  const between = fc.array(fc.option(anyPing, { freq: 3 }), { minLength: 6, maxLength: 6 });
  return fc.tuple(borders, between).map(([cuts, pings]) => {
    const at = [0, ...cuts.toSorted((a, b) => a - b), payload.length];
    const frames: FrameShape[] = [];
    const messages: Message[] = [];
    for (let i = 0; i + 1 < at.length; i++) {
      const fin = i + 2 === at.length;
      frames.push({ fin, opcode: i === 0 ? opcode : 0, payload: payload.subarray(at[i], at[i + 1]) });
      const ping = pings[i];
      if (fin || ping === null || ping === undefined) continue;
      frames.push({ opcode: opcodes[ping.type], payload: payloadOf(ping) });
      messages.push(ping);
    }
    return { frames, messages: [...messages, message] };
  });
}

/** Any list of messages, in any fragmentation. */
export const anyStream: fc.Arbitrary<Stream> = fc
  .array(anyMessage.chain(fragmented), { maxLength: 6 })
  .map((streams) => ({
    frames: streams.flatMap((stream) => stream.frames),
    messages: streams.flatMap((stream) => stream.messages),
  }));

/** Which way a stream goes; a client masks each frame with a key of its own (RFC 6455 §5.3). */
export const anyRole: fc.Arbitrary<"server" | "client"> = fc.constantFrom("server", "client");

/** The octets of a stream as the peer of `role` sends them. */
export function onTheWire(
  stream: Stream,
  role: "server" | "client",
  keys: readonly FrameShape["key"][],
): Uint8Array {
  return concat(
    ...stream.frames.map((shape, i) =>
      frame({ ...shape, key: role === "server" ? keys[i % keys.length] : undefined }),
    ),
  );
}

/** Where to cut; positions are taken modulo the length of what is cut. */
export const anyCuts: fc.Arbitrary<number[]> = fc.array(fc.nat(1_000_000), { maxLength: 12 });

/** Changes to a stream: octets replaced, inserted, left out; the end cut off. Positions are taken modulo the length. */
export type Mutation = {
  readonly kind: "flip" | "set" | "insert" | "remove" | "truncate";
  at: number;
  value: number;
};

/** One to four mutations, more often in the first octets of something than a uniform choice would have it. */
export const anyMutations: fc.Arbitrary<Mutation[]> = fc.array(
  fc.record({
    kind: fc.constantFrom("flip", "flip", "set", "insert", "remove", "truncate"),
    at: fc.oneof(fc.nat(40), fc.nat(1_000_000)),
    value: fc.nat(255),
  }),
  { maxLength: 4 },
);

/** The bytes with the mutations made. */
export function mutate(bytes: Uint8Array, mutations: readonly Mutation[]): Uint8Array {
  let octets: Uint8Array = bytes.slice();
  for (const { kind, at, value } of mutations) {
    const i = at % (octets.length + 1);
    if (kind === "insert") octets = concat(octets.subarray(0, i), Uint8Array.of(value), octets.subarray(i));
    else if (kind === "remove") octets = concat(octets.subarray(0, i), octets.subarray(i + 1));
    else if (kind === "truncate") octets = octets.slice(0, Math.max(i, octets.length >> 1));
    else if (i < octets.length) octets[i] = kind === "set" ? value : octets[i]! ^ (1 << (value & 7));
  }
  return octets;
}
