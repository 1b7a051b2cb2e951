import type { Message, ProtocolErrorCode } from "@exws/frame";
import fc from "fast-check";
import { expect, test } from "vitest";
import { anyKey, anyMutations, anyRole, anyStream, mutate, onTheWire } from "./support/arbitraries.ts";
import { hex } from "./support/bytes.ts";
import { decodeMessages, type Outcome } from "./support/collect.ts";
import { decodeWithWs, type WsOutcome } from "./support/ws-receiver.ts";

const limits = { maxMessage: 5000, maxFragments: 5 };

/** Our faults, and what ws calls them. */
const sameFault: Partial<Record<ProtocolErrorCode, readonly string[]>> = {
  "reserved-bits": ["WS_ERR_UNEXPECTED_RSV_1", "WS_ERR_UNEXPECTED_RSV_2_3"],
  "reserved-opcode": ["WS_ERR_INVALID_OPCODE"],
  "unmasked-frame": ["WS_ERR_EXPECTED_MASK"],
  "masked-frame": ["WS_ERR_UNEXPECTED_MASK"],
  "fragmented-control": ["WS_ERR_EXPECTED_FIN"],
  "control-too-long": ["WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH"],
  "unexpected-continuation": ["WS_ERR_INVALID_OPCODE"],
  "expected-continuation": ["WS_ERR_INVALID_OPCODE"],
  "invalid-utf8": ["WS_ERR_INVALID_UTF8"],
  "invalid-close-payload": ["WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH"],
  "invalid-close-code": ["WS_ERR_INVALID_CLOSE_CODE"],
  "message-too-large": ["WS_ERR_UNSUPPORTED_MESSAGE_LENGTH", "WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH"],
  "too-many-fragments": ["WS_ERR_TOO_MANY_BUFFERED_PARTS"],
};
/** Faults that ws finds in the first two octets of a header, and we in the whole of it. */
const inFirstTwoOctets = [
  "WS_ERR_UNEXPECTED_RSV_1",
  "WS_ERR_UNEXPECTED_RSV_2_3",
  "WS_ERR_INVALID_OPCODE",
  "WS_ERR_EXPECTED_MASK",
  "WS_ERR_UNEXPECTED_MASK",
  "WS_ERR_EXPECTED_FIN",
  "WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH",
];

type Case = {
  ours: Outcome<Message>;
  theirs: WsOutcome;
  sameMessages: boolean;
  ourMessagesAreTheFirst: boolean;
};

/** Every way in which the two may differ, and why we do what we do. */
const allowed: Record<string, (c: Case) => boolean> = {
  "several faults in one header: which is named is a matter of order": ({ ours, theirs, sameMessages }) =>
    sameMessages && ours.error !== undefined && inFirstTwoOctets.includes(theirs.error ?? ""),
  "ws judges two octets where we wait for the rest of the header": ({ ours, theirs, sameMessages }) =>
    sameMessages && ours.error === undefined && inFirstTwoOctets.includes(theirs.error ?? ""),
  "ws judges a length before the masking key is there": ({ ours, theirs, sameMessages }) =>
    sameMessages &&
    ours.error === undefined &&
    ["WS_ERR_UNSUPPORTED_MESSAGE_LENGTH", "WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH"].includes(
      theirs.error ?? "",
    ),
  "ws takes lengths that are not in their shortest form (RFC 6455 §5.2: MUST)": ({
    ours,
    ourMessagesAreTheFirst,
  }) => ours.error === "non-minimal-length" && ourMessagesAreTheFirst,
  "ws answers a length with the top bit set with 1009, we with 1002": ({ ours, theirs, sameMessages }) =>
    sameMessages &&
    ours.error === "length-overflow" &&
    theirs.error === "WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH",
  "ws judges text when its message is whole, we as it comes": ({ ours, theirs, ourMessagesAreTheFirst }) =>
    ours.error === "invalid-utf8" &&
    ourMessagesAreTheFirst &&
    theirs.delivered
      .slice(ours.delivered.length)
      .every(({ type }) => ["ping", "pong", "close"].includes(type)),
  "ws counts a fragment when it is whole, we by its header": ({ ours, theirs, sameMessages }) =>
    ours.error === "too-many-fragments" && theirs.error === undefined && sameMessages,
};

function compare(bytes: Uint8Array, role: "server" | "client"): string {
  const theirs = decodeWithWs(bytes, { role, ...limits });
  let ours = decodeMessages({ role, ...limits }, [bytes]);
  // ws reads nothing after a Close; that is for the layer above to decide here.
  const close = ours.delivered.findIndex((message) => message.type === "close");
  if (close >= 0) ours = { delivered: ours.delivered.slice(0, close + 1), error: undefined };

  const count = ours.delivered.length;
  const ourMessagesAreTheFirst = same(ours.delivered, theirs.delivered.slice(0, count));
  const sameMessages = ourMessagesAreTheFirst && count === theirs.delivered.length;
  const sameEnd =
    ours.error === undefined
      ? theirs.error === undefined
      : theirs.error !== undefined && sameFault[ours.error]?.includes(theirs.error) === true;
  if (sameMessages && sameEnd) return "same";
  const outcome: Case = { ours, theirs, sameMessages, ourMessagesAreTheFirst };
  const reason = Object.keys(allowed).find((name) => allowed[name]!(outcome));
  if (reason === undefined) expect.fail(`ours: ${JSON.stringify(ours)}, ws: ${JSON.stringify(theirs)}`);
  return reason;
}

/** As JSON: quick, and octets, strings and numbers are all that there is. */
function same(a: readonly Message[], b: readonly Message[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

test("on streams with mutations we agree with the Receiver of ws, but for the differences listed", () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(anyStream, anyKey, anyRole, anyMutations, (stream, key, role, mutations) => {
      const result = compare(mutate(onTheWire(stream, role, [key]), mutations), role);
      seen.set(result, (seen.get(result) ?? 0) + 1);
    }),
    { numRuns: 4000 },
  );
  expect(seen.get("same")).toBeGreaterThan(2000);
});

test.each([
  ["several faults in one header: which is named is a matter of order", "server", "83 fe 0001 00000000"],
  ["ws judges two octets where we wait for the rest of the header", "server", "83 80"],
  ["ws judges a length before the masking key is there", "server", "82 fe 2000"],
  ["ws takes lengths that are not in their shortest form (RFC 6455 §5.2: MUST)", "client", "82 7e 0001 61"],
  ["ws answers a length with the top bit set with 1009, we with 1002", "client", "82 7f 8000000000000000"],
  ["ws judges text when its message is whole, we as it comes", "client", "01 01 ff 89 00"],
  ["ws counts a fragment when it is whole, we by its header", "client", "0200 0000 0000 0000 0000 0001"],
] as const)("the difference is there: %s", (name, role, digits) => {
  expect(compare(hex(digits), role)).toBe(name);
});

test("every difference listed has its example above", () => {
  expect(Object.keys(allowed)).toHaveLength(7);
});
