import { FrameDecoder, MessageDecoder, ProtocolError, type ProtocolErrorCode } from "@exws/frame";
import { describe, expect, test } from "vitest";
import { bytewise, concat, deliveries, hex } from "./support/bytes.ts";
import { decodeFrames, decodeMessages } from "./support/collect.ts";

type Role = "server" | "client";
type Fault = {
  code: ProtocolErrorCode;
  closeCode: number;
  section: string;
  /** What is wrong, and the octets: sent by a client, and by a server. `before` has been delivered by then. */
  cases: {
    what: string;
    toServer?: string;
    toClient?: string;
    messages?: number;
    frames?: number | "no fault";
  }[];
};

/**
 * Every fault by literal octets. The masking key is 00000000 in most frames, so that their payload can be read.
 * `messages` and `frames`: how many the octets of the case complete before the fault. A FrameDecoder finds "no fault"
 * in what only messages can break.
 */
const faults: Fault[] = [
  {
    code: "reserved-bits",
    closeCode: 1002,
    section: "5.2",
    cases: [
      { what: "RSV1 on text", toServer: "c1 80 00000000", toClient: "c1 00" },
      { what: "RSV2 on binary", toServer: "a2 80 00000000", toClient: "a2 00" },
      { what: "RSV3 on text", toServer: "91 80 00000000", toClient: "91 00" },
      { what: "RSV1 on a Ping", toServer: "c9 80 00000000", toClient: "c9 00" },
      { what: "RSV2 on a Close", toServer: "a8 80 00000000", toClient: "a8 00" },
      {
        what: "RSV1 on a continuation",
        toServer: "01 81 00000000 61  c0 80 00000000",
        toClient: "01 01 61  c0 00",
        frames: 1,
      },
    ],
  },
  {
    code: "reserved-opcode",
    closeCode: 1002,
    section: "5.2",
    cases: [3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode) => ({
      what: `opcode ${opcode}`,
      toServer: `8${opcode.toString(16)} 80 00000000`,
      toClient: `8${opcode.toString(16)} 00`,
    })),
  },
  {
    code: "non-minimal-length",
    closeCode: 1002,
    section: "5.2",
    cases: [
      { what: "0 in 16 bits", toServer: "82 fe 0000 00000000", toClient: "82 7e 0000" },
      { what: "125 in 16 bits", toServer: "82 fe 007d 00000000", toClient: "82 7e 007d" },
      {
        what: "5 in 64 bits",
        toServer: "82 ff 0000000000000005 00000000",
        toClient: "82 7f 0000000000000005",
      },
      {
        what: "65535 in 64 bits",
        toServer: "82 ff 000000000000ffff 00000000",
        toClient: "82 7f 000000000000ffff",
      },
      { what: "a Ping of 4 octets in 16 bits", toServer: "89 fe 0004 00000000", toClient: "89 7e 0004" },
    ],
  },
  {
    code: "length-overflow",
    closeCode: 1002,
    section: "5.2",
    cases: [
      { what: "2^63", toServer: "82 ff 8000000000000000 00000000", toClient: "82 7f 8000000000000000" },
      { what: "2^64-1", toServer: "82 ff ffffffffffffffff 00000000", toClient: "82 7f ffffffffffffffff" },
    ],
  },
  {
    code: "unmasked-frame",
    closeCode: 1002,
    section: "5.1",
    cases: [
      { what: "text", toServer: "81 05 48 65 6c 6c 6f" },
      { what: "an empty binary message", toServer: "82 00" },
      { what: "an empty Ping", toServer: "89 00" },
      { what: "a Close", toServer: "88 02 03e8" },
      { what: "an empty continuation", toServer: "01 80 00000000  80 00", frames: 1 },
      { what: "a Ping inside a fragmented message", toServer: "01 80 00000000  89 00", frames: 1 },
    ],
  },
  {
    code: "masked-frame",
    closeCode: 1002,
    section: "5.1",
    cases: [
      { what: "text", toClient: "81 85 37fa213d 7f9f4d5158" },
      { what: "an empty binary message", toClient: "82 80 00000000" },
      { what: "a Close", toClient: "88 82 00000000 03e8" },
      { what: "a continuation", toClient: "01 00  80 80 00000000", frames: 1 },
    ],
  },
  {
    code: "fragmented-control",
    closeCode: 1002,
    section: "5.5",
    cases: [
      { what: "Close", toServer: "08 80 00000000", toClient: "08 00" },
      { what: "Ping", toServer: "09 80 00000000", toClient: "09 00" },
      { what: "Pong", toServer: "0a 80 00000000", toClient: "0a 00" },
    ],
  },
  {
    code: "control-too-long",
    closeCode: 1002,
    section: "5.5",
    cases: [
      { what: "a Close of 126 octets", toServer: "88 fe 007e 00000000", toClient: "88 7e 007e" },
      { what: "a Ping of 126 octets", toServer: "89 fe 007e 00000000", toClient: "89 7e 007e" },
      {
        what: "a Pong of 65536 octets",
        toServer: "8a ff 0000000000010000 00000000",
        toClient: "8a 7f 0000000000010000",
      },
    ],
  },
  {
    code: "unexpected-continuation",
    closeCode: 1002,
    section: "5.4",
    cases: [
      { what: "first of all", toServer: "80 80 00000000", toClient: "80 00" },
      { what: "first of all, with more to come", toServer: "00 80 00000000", toClient: "00 00" },
      {
        what: "after the final one",
        toServer: "01 80 00000000 80 80 00000000 80 80 00000000",
        toClient: "01 00 80 00 80 00",
        messages: 1,
        frames: 2,
      },
      {
        what: "after a whole message",
        toServer: "82 80 00000000 80 80 00000000",
        toClient: "82 00 80 00",
        messages: 1,
        frames: 1,
      },
    ],
  },
  {
    code: "expected-continuation",
    closeCode: 1002,
    section: "5.4",
    cases: [
      { what: "text in text", toServer: "01 80 00000000 81 80 00000000", toClient: "01 00 81 00", frames: 1 },
      {
        what: "binary in text",
        toServer: "01 80 00000000 02 80 00000000",
        toClient: "01 00 02 00",
        frames: 1,
      },
      {
        what: "text in binary, after a Ping",
        toServer: "02 80 00000000 89 80 00000000 81 80 00000000",
        toClient: "02 00 89 00 81 00",
        messages: 1,
        frames: 2,
      },
    ],
  },
  {
    code: "invalid-utf8",
    closeCode: 1007,
    section: "8.1",
    cases: [
      {
        what: "an overlong form",
        toServer: "81 82 00000000 c0af",
        toClient: "81 02 c0af",
        frames: "no fault",
      },
      {
        what: "a surrogate",
        toServer: "81 83 00000000 eda080",
        toClient: "81 03 eda080",
        frames: "no fault",
      },
      {
        what: "above U+10FFFF",
        toServer: "81 84 00000000 f4908080",
        toClient: "81 04 f4908080",
        frames: "no fault",
      },
      {
        what: "cut off at the end",
        toServer: "81 82 00000000 e282",
        toClient: "81 02 e282",
        frames: "no fault",
      },
      {
        what: "cut off at the end of the last fragment",
        toServer: "01 82 00000000 e282 80 80 00000000",
        toClient: "01 02 e282 80 00",
        frames: "no fault",
      },
      {
        what: "a character broken off between fragments",
        toServer: "01 81 00000000 f4 00 81 00000000 90",
        toClient: "01 01 f4 00 01 90",
        frames: "no fault",
      },
      {
        what: "in a close reason",
        toServer: "88 84 00000000 03e8c328",
        toClient: "88 04 03e8c328",
        frames: "no fault",
      },
      {
        what: "in a close reason, cut off",
        toServer: "88 83 00000000 03e8e2",
        toClient: "88 03 03e8e2",
        frames: "no fault",
      },
    ],
  },
  {
    code: "invalid-close-payload",
    closeCode: 1002,
    section: "5.5.1",
    cases: [{ what: "one octet", toServer: "88 81 00000000 03", toClient: "88 01 03", frames: "no fault" }],
  },
  {
    code: "invalid-close-code",
    closeCode: 1002,
    section: "7.4",
    cases: [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535].map((closeCode) => {
      const octets = closeCode.toString(16).padStart(4, "0");
      return {
        what: `${closeCode}`,
        toServer: `88 82 00000000 ${octets}`,
        toClient: `88 02 ${octets}`,
        frames: "no fault" as const,
      };
    }),
  },
  {
    code: "message-too-large",
    closeCode: 1009,
    section: "10.4",
    cases: [
      {
        what: "the limit and one",
        toServer: "82 fe 03e9 00000000",
        toClient: "82 7e 03e9",
        frames: "no fault",
      },
      {
        what: "2^32+1",
        toServer: "82 ff 0000000100000001 00000000",
        toClient: "82 7f 0000000100000001",
        frames: "no fault",
      },
      {
        what: "2^53",
        toServer: "82 ff 0020000000000000 00000000",
        toClient: "82 7f 0020000000000000",
        frames: "no fault",
      },
      {
        what: "2^63-1",
        toServer: "82 ff 7fffffffffffffff 00000000",
        toClient: "82 7f 7fffffffffffffff",
        frames: "no fault",
      },
      {
        what: "over the limit with the second fragment",
        toServer: "02 81 00000000 61 80 fe 03e8 00000000",
        toClient: "02 01 61 80 7e 03e8",
        frames: "no fault",
      },
      {
        what: "2^63-1 after one octet: no sum may overflow",
        toServer: "02 81 00000000 61 80 ff 7fffffffffffffff 00000000",
        toClient: "02 01 61 80 7f 7fffffffffffffff",
        frames: "no fault",
      },
    ],
  },
  {
    code: "too-many-fragments",
    closeCode: 1008,
    section: "10.4",
    cases: [
      {
        what: "four empty ones where three are allowed",
        toServer: "01 80 00000000 00 80 00000000 00 80 00000000 00 80 00000000",
        toClient: "01 00 00 00 00 00 00 00",
        frames: "no fault",
      },
      {
        what: "the final one is counted, Pings are not",
        toServer: "01 80 00000000 89 80 00000000 00 80 00000000 00 80 00000000 80 80 00000000",
        toClient: "01 00 89 00 00 00 00 00 80 00",
        messages: 1,
        frames: "no fault",
      },
    ],
  },
];

const limits = { maxMessage: 1000, maxFragments: 3 };
/** A text message, a Ping and a fragmented binary message that come before each fault. */
const earlier = {
  server: hex("81 85 37fa213d 7f9f4d5158  89 81 00000000 07  02 81 00000000 01 80 81 00000000 02"),
  client: hex("81 05 48656c6c6f  89 01 07  02 01 01 80 01 02"),
};
const earlierMessages = [
  { type: "text", data: "Hello" },
  { type: "ping", data: hex("07") },
  { type: "binary", data: hex("0102") },
];

for (const { code, closeCode, section, cases } of faults) {
  describe(`${code} (RFC 6455 §${section}, close code ${closeCode})`, () => {
    for (const { what, toServer, toClient, messages = 0, frames = 0 } of cases) {
      for (const [role, digits] of [
        ["server", toServer],
        ["client", toClient],
      ] as [Role, string | undefined][]) {
        if (digits === undefined) continue;
        const bytes = concat(earlier[role], hex(digits));

        test(`${what}, to a ${role}: what came before is delivered, however it is cut`, () => {
          for (const { how, chunks } of deliveries(bytes)) {
            const outcome = decodeMessages({ role, ...limits }, chunks);
            expect(outcome.error, how).toBe(code);
            expect(outcome.delivered.slice(0, 3), how).toEqual(earlierMessages);
            expect(outcome.delivered.length, how).toBe(3 + messages);
            const framed = decodeFrames({ role }, chunks);
            if (frames === "no fault") {
              expect(framed.error, how).not.toBe(code);
            } else {
              expect(framed.error, how).toBe(code);
              expect(framed.delivered.length, how).toBe(4 + frames);
            }
          }
        });

        test(`${what}, to a ${role}: the failure is final`, () => {
          const decoder = new MessageDecoder({ role, ...limits });
          const error = failure(decoder, bytes);
          expect(error).toMatchObject({ name: "ProtocolError", code, closeCode, section });
          expect(error.message).toContain(`(RFC 6455 §${section})`);
          expect(decoder.retainedBytes).toBe(0);
          decoder.push(earlier[role]);
          for (let again = 0; again < 3; again++) expect(failure(decoder, bytes)).toBe(error);
        });
      }
    }
  });
}

/** Pushes the bytes and gives the error that ends the reading of them. */
function failure(
  decoder: { push(bytes: Uint8Array): void; next(): unknown },
  bytes: Uint8Array,
): ProtocolError {
  decoder.push(bytes);
  for (;;) {
    try {
      if (decoder.next() === undefined) throw new Error("the bytes hold no fault");
    } catch (error) {
      if (error instanceof ProtocolError) return error;
      throw error;
    }
  }
}

test("every protocol error of a MessageDecoder is provoked above", () => {
  const known = Object.keys({
    "reserved-bits": 0,
    "reserved-opcode": 0,
    "non-minimal-length": 0,
    "length-overflow": 0,
    "unmasked-frame": 0,
    "masked-frame": 0,
    "fragmented-control": 0,
    "control-too-long": 0,
    "unexpected-continuation": 0,
    "expected-continuation": 0,
    "invalid-utf8": 0,
    "invalid-close-payload": 0,
    "invalid-close-code": 0,
    "frame-too-large": 0,
    "message-too-large": 0,
    "too-many-fragments": 0,
    "invalid-compressed-data": 0,
  } satisfies Record<ProtocolErrorCode, 0>);
  // The one is of a FrameDecoder, below; the other of an extension, which has it from the table.
  const elsewhere = ["frame-too-large", "invalid-compressed-data"];
  expect([...faults.map((fault) => fault.code), ...elsewhere].sort()).toEqual(known.sort());
});

describe("frame-too-large (RFC 6455 §10.4, close code 1009)", () => {
  const cases: [Role, string][] = [
    ["server", "82 fe 00c9 00000000"],
    ["client", "82 7e 00c9"],
    ["server", "82 ff 0020000000000000 00000000"],
    ["client", "82 7f 0000000100000001"],
  ];
  test.each(cases)("a FrameDecoder as %s refuses %s by its header, and finally", (role, digits) => {
    for (const { how, chunks } of deliveries(concat(earlier[role], hex(digits)))) {
      const outcome = decodeFrames({ role, maxPayload: 200 }, chunks);
      expect(outcome.error, how).toBe("frame-too-large");
      expect(outcome.delivered.length, how).toBe(4);
    }
    const decoder = new FrameDecoder({ role, maxPayload: 200 });
    const error = failure(decoder, hex(digits));
    expect(error).toMatchObject({ code: "frame-too-large", closeCode: 1009, section: "10.4" });
    expect(decoder.retainedBytes).toBe(0);
    decoder.push(earlier[role]);
    expect(() => decoder.next()).toThrow(error);
  });
});

describe("a length that cannot be is refused within the 14 octets of its header, and nothing is kept", () => {
  const claims: [string, string, ProtocolErrorCode][] = [
    ["not the shortest form, 16 bits", "82 fe 007d 37fa213d", "non-minimal-length"],
    ["not the shortest form, 64 bits", "82 ff 000000000000ffff 37fa213d", "non-minimal-length"],
    ["the top bit", "82 ff 8000000000000000 37fa213d", "length-overflow"],
    ["2^53", "82 ff 0020000000000000 37fa213d", "message-too-large"],
    ["2^32+1", "82 ff 0000000100000001 37fa213d", "message-too-large"],
    ["the default limit of 1 MiB and one", "82 ff 0000000000100001 37fa213d", "message-too-large"],
  ];
  test.each(claims)("%s", (_, digits, code) => {
    const bytes = hex(digits);
    expect(bytes.length).toBeLessThanOrEqual(14);
    for (const { how, chunks } of deliveries(bytes)) {
      let retained = 0;
      const { error } = decodeMessages({ role: "server" }, chunks, (decoder) => {
        retained = Math.max(retained, decoder.retainedBytes);
      });
      expect([error, retained], how).toEqual([code, 0]);
    }
    const framed = decodeFrames({ role: "server" }, bytewise(bytes));
    expect(framed.error).toBe(code === "message-too-large" ? "frame-too-large" : code);
  });

  test("the limit itself is taken, and waits for its octets with no memory", () => {
    const { error } = decodeMessages(
      { role: "server" },
      [hex("82 ff 0000000000100000 37fa213d")],
      (decoder) => {
        expect(decoder.retainedBytes).toBe(0);
        expect(decoder.isInsideMessage).toBe(true);
      },
    );
    expect(error).toBeUndefined();
  });
});

test("text fails at the first impossible octet, before its frame is complete (Autobahn 6.4.3)", () => {
  // "κόσμε", then F4 90, of a frame that announces 20 octets.
  const valid = hex("01 94 00000000 cebae1bdb9cf83cebcceb5 f4");
  const decoder = new MessageDecoder({ role: "server" });
  decoder.push(valid);
  expect(decoder.next()).toBeUndefined();
  decoder.push(hex("90"));
  expect(() => decoder.next()).toThrow(expect.objectContaining({ code: "invalid-utf8" }));
});
