import { describe, expect, test } from "vitest";
import { bytewise, concat, deliveries, hex, utf8 } from "../test/support/bytes.ts";
import { decodeMessages } from "../test/support/collect.ts";
import { frame, someKey } from "../test/support/wire.ts";
import { MessageDecoder } from "./message-decoder.ts";
import { portableUtf8, type Utf8Codec } from "./utf8.ts";

describe("messages", () => {
  test("of every type come out, control frames between fragments in their place", () => {
    const bytes = concat(
      frame({ fin: false, opcode: 1, payload: "Hel", key: someKey }),
      frame({ opcode: 9, payload: "ping", key: someKey }),
      frame({ fin: false, opcode: 0, key: someKey }),
      frame({ opcode: 10, key: someKey }),
      frame({ opcode: 0, payload: "lo", key: someKey }),
      frame({ opcode: 2, payload: hex("00ff"), key: someKey }),
      frame({ opcode: 8, payload: hex("03e8 627965"), key: someKey }),
      frame({ opcode: 8, key: someKey }),
    );
    for (const { how, chunks } of deliveries(bytes)) {
      expect(decodeMessages({ role: "server" }, chunks), how).toEqual({
        delivered: [
          { type: "ping", data: utf8("ping") },
          { type: "pong", data: hex("") },
          { type: "text", data: "Hello" },
          { type: "binary", data: hex("00ff") },
          { type: "close", code: 1000, reason: "bye" },
          { type: "close", code: 1005, reason: "" },
        ],
        error: undefined,
      });
    }
  });

  test.each([0, 1, 95, 96, 97, 125, 126, 65_535, 65_536, 65_537, 200_000])(
    "text of %i octets, ASCII or not",
    (size) => {
      for (const text of ["x".repeat(size), `${"x".repeat(Math.max(0, size - 2))}${size < 2 ? "" : "é"}`]) {
        const bytes = frame({ opcode: 1, payload: text, key: someKey });
        for (const chunks of [
          [bytes],
          [bytes.subarray(0, -1), bytes.subarray(-1)],
          [bytes.subarray(0, 14), bytes.subarray(14)],
        ]) {
          for (const textAsBytes of [false, true]) {
            const message = textAsBytes
              ? { type: "text-bytes", data: utf8(text) }
              : { type: "text", data: text };
            const outcome = { delivered: [message], error: undefined };
            expect(decodeMessages({ role: "server", textAsBytes }, chunks)).toEqual(outcome);
          }
        }
      }
    },
  );

  test("text as bytes is judged all the same", () => {
    for (const payload of ["ff", `${"61".repeat(200)}c3`]) {
      const bytes = frame({ opcode: 1, payload: hex(payload) });
      for (const chunks of [[bytes], bytewise(bytes)]) {
        expect(decodeMessages({ role: "client", textAsBytes: true }, chunks).error).toBe("invalid-utf8");
      }
    }
  });

  test("with reserved bits are handed over as they are, whole and in fragments", () => {
    const bytes = hex("c1 02 c0c1  e2 01 01  41 01 ff 80 01 fe  81 01 61");
    for (const { how, chunks } of deliveries(bytes)) {
      expect(decodeMessages({ role: "client", rsv: 6 }, chunks).delivered, how).toEqual([
        { type: "extended", rsv: 4, text: true, data: hex("c0c1") },
        { type: "extended", rsv: 6, text: false, data: hex("01") },
        { type: "extended", rsv: 4, text: true, data: hex("fffe") },
        { type: "text", data: "a" },
      ]);
    }
  });
});

describe("limits", () => {
  test("are 1 MiB and 4,096 fragments unless said otherwise", () => {
    expect(decodeMessages({ role: "client" }, [hex("82 7f 0000000000100000")]).error).toBeUndefined();
    expect(decodeMessages({ role: "client" }, [hex("82 7f 0000000000100001")]).error).toBe(
      "message-too-large",
    );
    const fragments = concat(hex("0200"), ...Array.from({ length: 4095 }, () => hex("0000")));
    expect(decodeMessages({ role: "client" }, [fragments]).error).toBeUndefined();
    expect(decodeMessages({ role: "client" }, [fragments, hex("0000")]).error).toBe("too-many-fragments");
  });

  test("are for one message: the next begins at nought", () => {
    const bytes = hex("01 03 616161 80 03 616161");
    const twice = decodeMessages({ role: "client", maxMessage: 6, maxFragments: 2 }, [bytes, bytes]);
    expect(twice).toEqual({
      delivered: [
        { type: "text", data: "aaaaaa" },
        { type: "text", data: "aaaaaa" },
      ],
      error: undefined,
    });
  });

  test("are not for control frames", () => {
    expect(decodeMessages({ role: "client", maxMessage: 0 }, [hex("89 01 61 82 00 82 01")])).toMatchObject({
      delivered: [{ type: "ping" }, { type: "binary" }],
      error: "message-too-large",
    });
  });

  test("that are none are refused by name", () => {
    const make = (options: object) => () => new MessageDecoder({ role: "server", ...options });
    expect(make({ maxMessage: Number.NaN })).toThrow(/^maxMessage has to be/);
    expect(make({ maxMessage: "1MB" })).toThrow(TypeError);
    expect(make({ maxFragments: 0 })).toThrow(/^maxFragments has to be an integer of at least 1/);
    expect(make({ rsv: 8 })).toThrow(/^rsv has to be/);
    expect(make({ role: "peer" })).toThrow(/^role has to be/);
    expect(
      make({ maxMessage: Number.POSITIVE_INFINITY, maxFragments: Number.POSITIVE_INFINITY }),
    ).not.toThrow();
  });
});

test("isInsideMessage tells whether anything has begun and not ended", () => {
  const decoder = new MessageDecoder({ role: "client" });
  const states: boolean[] = [decoder.isInsideMessage];
  for (const octet of bytewise(hex("01 01 61  89 01 62  80 01 63  82 00"))) {
    decoder.push(octet);
    decoder.next();
    states.push(decoder.isInsideMessage);
  }
  // Only after the last octet of the text message and after the empty one is nothing open.
  expect(states.map(Number).join("")).toBe("0111111110" + "10");
});

describe("a codec", () => {
  const calls: string[] = [];
  const codec: Utf8Codec = {
    isValid(bytes, start, end) {
      calls.push(`isValid ${end - start}`);
      return portableUtf8.isValid(bytes, start, end);
    },
    decode(bytes, start, end, ascii) {
      calls.push(`decode ${end - start}${ascii ? " ascii" : ""}`);
      return portableUtf8.decode(bytes, start, end, ascii);
    },
    decodeMasked(bytes, start, length, key) {
      calls.push(`decode ${length} masked`);
      expect(key).toBe(0);
      return bytes[start]! < 0x80 ? String.fromCharCode(...bytes.subarray(start, start + length)) : undefined;
    },
  };

  test("is asked once per text, not whether ASCII is valid, and for a few octets before they are unmasked", () => {
    calls.length = 0;
    const texts = [
      "Hello",
      "x".repeat(32),
      "x".repeat(33),
      "é",
      "x".repeat(96),
      "x".repeat(97),
      "y".repeat(70_000),
    ];
    const bytes = concat(...texts.map((text) => frame({ opcode: 1, payload: text })));
    expect(
      decodeMessages({ role: "client", utf8: codec }, [bytes]).delivered.map(
        (message) => "data" in message && message.data,
      ),
    ).toEqual(texts);
    expect(calls).toEqual([
      "decode 5 masked",
      "decode 32 masked",
      "decode 33 ascii",
      "decode 2 masked",
      "isValid 2",
      "decode 2",
      "decode 96 ascii",
      "isValid 97",
      "decode 97",
      "isValid 70000",
      "decode 70000",
    ]);
  });

  test("that throws fails the decoder for good, with its own error", () => {
    const broken = new Error("no string of that length");
    const decoder = new MessageDecoder({
      role: "client",
      utf8: {
        isValid: portableUtf8.isValid,
        decode() {
          throw broken;
        },
      },
    });
    decoder.push(hex("82 01 07 81 01 61 82 01 08"));
    expect(decoder.next()).toEqual({ type: "binary", data: hex("07") });
    expect(() => decoder.next()).toThrow(broken);
    expect(() => decoder.next()).toThrow(broken);
  });
});
