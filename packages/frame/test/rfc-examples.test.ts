import {
  encodeBinary,
  encodeFrame,
  encodePing,
  encodePong,
  encodeText,
  type Message,
  Opcode,
} from "@exws/frame";
import { describe, expect, test } from "vitest";
import { concat, deliveries, hex, utf8 } from "./support/bytes.ts";
import { decodeFrames, decodeMessages } from "./support/collect.ts";

const hello = utf8("Hello");
const long256 = Uint8Array.from({ length: 256 }, (_, i) => i);
const long64Ki = Uint8Array.from({ length: 65_536 }, (_, i) => (i * 7) & 0xff);

/** RFC 6455 §5.7, in its order. A server decodes what is masked, a client what is not. */
const examples: {
  name: string;
  role: "server" | "client";
  bytes: Uint8Array;
  messages: Message[];
  encoded: () => Uint8Array;
}[] = [
  {
    name: "a single-frame unmasked text message",
    role: "client",
    bytes: hex("81 05 48 65 6c 6c 6f"),
    messages: [{ type: "text", data: "Hello" }],
    encoded: () => encodeText("Hello"),
  },
  {
    name: "a single-frame masked text message",
    role: "server",
    bytes: hex("81 85 37 fa 21 3d 7f 9f 4d 51 58"),
    messages: [{ type: "text", data: "Hello" }],
    encoded: () => encodeText("Hello", 0x37fa213d),
  },
  {
    name: "a fragmented unmasked text message",
    role: "client",
    bytes: hex("01 03 48 65 6c 80 02 6c 6f"),
    messages: [{ type: "text", data: "Hello" }],
    encoded: () =>
      concat(
        encodeFrame({ fin: false, opcode: Opcode.Text, payload: utf8("Hel") }),
        encodeFrame({ opcode: Opcode.Continuation, payload: utf8("lo") }),
      ),
  },
  {
    name: "an unmasked Ping request",
    role: "client",
    bytes: hex("89 05 48 65 6c 6c 6f"),
    messages: [{ type: "ping", data: hello }],
    encoded: () => encodePing(hello),
  },
  {
    name: "a masked Pong response",
    role: "server",
    bytes: hex("8a 85 37 fa 21 3d 7f 9f 4d 51 58"),
    messages: [{ type: "pong", data: hello }],
    encoded: () => encodePong(hello, 0x37fa213d),
  },
  {
    name: "a 256-octet binary message in a single unmasked frame",
    role: "client",
    bytes: concat(hex("82 7e 0100"), long256),
    messages: [{ type: "binary", data: long256 }],
    encoded: () => encodeBinary(long256),
  },
];

describe.each(examples)("RFC 6455 §5.7: $name", ({ role, bytes, messages, encoded }) => {
  test("comes out as the message, however it is cut", () => {
    for (const { how, chunks } of deliveries(bytes)) {
      expect(decodeMessages({ role }, chunks), how).toEqual({ delivered: messages, error: undefined });
    }
  });

  test("has no message before its last octet", () => {
    for (let end = 0; end < bytes.length; end++) {
      expect(decodeMessages({ role }, [bytes.subarray(0, end)]).delivered).toEqual([]);
    }
  });

  test("is what the encoder writes", () => {
    expect(encoded()).toEqual(bytes);
  });
});

test("RFC 6455 §5.7: a 64-KiB binary message in a single unmasked frame", () => {
  const bytes = concat(hex("82 7f 0000000000010000"), long64Ki);
  const messages = [{ type: "binary", data: long64Ki }];
  expect(encodeBinary(long64Ki)).toEqual(bytes);
  for (const at of [1, 2, 3, 9, 10, 11, 65_535, 65_536, 65_545]) {
    const chunks = [bytes.subarray(0, at), bytes.subarray(at)];
    expect(decodeMessages({ role: "client" }, chunks), `cut at ${at}`).toEqual({
      delivered: messages,
      error: undefined,
    });
  }
  const single = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
  expect(decodeMessages({ role: "client" }, single).delivered[0]).toEqual(messages[0]);
});

test("all the examples of one direction in one stream come out in order", () => {
  for (const role of ["server", "client"] as const) {
    const these = examples.filter((example) => example.role === role);
    const bytes = concat(...these.map((example) => example.bytes));
    const messages = these.flatMap((example) => example.messages);
    for (const { how, chunks } of deliveries(bytes)) {
      expect(decodeMessages({ role }, chunks), how).toEqual({ delivered: messages, error: undefined });
    }
  }
});

test("the fragments of the text example come out of a FrameDecoder one by one", () => {
  for (const { how, chunks } of deliveries(hex("01 03 48 65 6c 80 02 6c 6f"))) {
    const { delivered } = decodeFrames({ role: "client" }, chunks);
    expect(delivered, how).toEqual([
      { fin: false, rsv: 0, opcode: Opcode.Text, payload: utf8("Hel") },
      { fin: true, rsv: 0, opcode: Opcode.Continuation, payload: utf8("lo") },
    ]);
  }
});
