import type { CaseDraft, CaseEvent, Step } from "./case.ts";
import { cycle, hex } from "./payload.ts";
import { close, closeAfter, closedByTester, failedByPeer, killAfter, ping, pong, pongOf } from "./steps.ts";

const unasked = "unsolicited pong payload";
const notUtf8 = hex("00 ff fe fd fc fb 00 ff");
const longest = cycle("fe", 125);
const ten = Array.from({ length: 10 }, (_, n) => `payload-${n}`);

function answered(n: number, summary: string, sent: Step[], pongs: CaseEvent[], seconds = 1): CaseDraft {
  return {
    id: `2.${n}`,
    summary,
    expectation:
      pongs.length === 1
        ? "A Pong with the same payload comes back."
        : `${pongs.length} Pongs come back, in the order of the Pings, each with its payload.`,
    section: "RFC 6455 §5.5.2, §5.5.3",
    steps: [...sent, closeAfter(seconds)],
    expect: { OK: pongs },
    close: closedByTester,
    judgement: "events",
  };
}

function ignored(n: number, summary: string, payload: string): CaseDraft {
  return {
    id: `2.${n}`,
    summary,
    expectation: "Nothing comes back but the Close.",
    section: "RFC 6455 §5.5.3",
    steps: [pong(payload), close(1000), closeAfter(1)],
    expect: { OK: [] },
    close: closedByTester,
    judgement: "events",
  };
}

/** Ping and Pong. */
export const section2: readonly CaseDraft[] = [
  answered(1, "A Ping without payload.", [ping()], [pongOf("")]),
  answered(2, "A Ping with a short text.", [ping("Hello, world!")], [pongOf("Hello, world!")]),
  answered(3, "A Ping whose payload is not UTF-8.", [ping(notUtf8)], [pongOf(notUtf8)]),
  answered(4, "A Ping with the longest payload, 125 octets.", [ping(longest)], [pongOf(longest)]),
  {
    id: "2.5",
    summary: "A Ping with a payload of 126 octets, one too many.",
    expectation: "The peer ends the connection at once.",
    section: "RFC 6455 §5.5",
    steps: [ping(cycle("fe", 126)), killAfter(1)],
    expect: { OK: [] },
    close: failedByPeer(1002),
    judgement: "events",
  },
  answered(6, "A Ping of 125 octets, octet by octet.", [ping(longest, { chop: 1 })], [pongOf(longest)], 2),
  ignored(7, "A Pong that nobody asked for, without payload; then Close.", ""),
  ignored(8, "A Pong that nobody asked for, with payload; then Close.", unasked),
  answered(
    9,
    "A Pong that nobody asked for, then a Ping.",
    [pong(unasked), ping("ping payload")],
    [pongOf("ping payload")],
  ),
  answered(
    10,
    "Ten Pings in a row.",
    ten.map((payload) => ping(payload)),
    ten.map(pongOf),
    3,
  ),
  answered(
    11,
    "Ten Pings in a row, octet by octet.",
    ten.map((payload) => ping(payload, { chop: 1 })),
    ten.map(pongOf),
    3,
  ),
];
