import type { CaseDraft, CaseEvent, Delivery, Step } from "./case.ts";
import {
  closeAfter,
  closedByTester,
  continuation,
  failedByPeer,
  killAfter,
  message,
  ping,
  pong,
  pongOf,
  text,
  wait,
} from "./steps.ts";

const more = { fin: false } as const;
const stray = "non-continuation payload";

/** The three ways in which most of these cases are sent. */
const deliveries: readonly { words: string; delivery: Delivery }[] = [
  { words: "", delivery: {} },
  { words: "; one write per frame", delivery: { sync: true } },
  { words: "; octet by octet", delivery: { chop: 1 } },
];

function refused(n: number, summary: string, sent: readonly Step[]): CaseDraft {
  return {
    id: `5.${n}`,
    summary: `${summary}.`,
    expectation: "The peer ends the connection at once.",
    section: "RFC 6455 §5.4, §5.5",
    steps: [...sent, killAfter(1)],
    expect: { OK: [] },
    close: failedByPeer(1002),
    judgement: "events",
  };
}

function joined(n: number, summary: string, sent: readonly Step[], events: readonly CaseEvent[]): CaseDraft {
  return {
    id: `5.${n}`,
    summary: `${summary}.`,
    expectation:
      events.length === 1
        ? "The fragments come back as one message."
        : "Each Ping is answered before the message is complete; the fragments come back as one message.",
    section: "RFC 6455 §5.4",
    steps: [...sent, closeAfter(1)],
    expect: { OK: events },
    close: closedByTester,
    judgement: "events",
  };
}

function inThreeWays(
  first: number,
  summary: string,
  make: (n: number, summary: string, delivery: Delivery) => CaseDraft,
): CaseDraft[] {
  return deliveries.map(({ words, delivery }, way) => make(first + way, summary + words, delivery));
}

const both = message("text", "fragment1fragment2");

function fiveFragments(delivery: Delivery): Step[] {
  return [
    text("fragment1", { ...delivery, ...more }),
    continuation("fragment2", { ...delivery, ...more }),
    ping("pongme 1!", delivery),
    wait(1),
    continuation("fragment3", { ...delivery, ...more }),
    continuation("fragment4", { ...delivery, ...more }),
    ping("pongme 2!", delivery),
    continuation("fragment5", delivery),
  ];
}

const fiveEvents = [
  pongOf("pongme 1!"),
  pongOf("pongme 2!"),
  message("text", "fragment1fragment2fragment3fragment4fragment5"),
];

/** A stray continuation, then a whole message whose parts are in order; all of it twice. */
function strayTwice(fin: { readonly fin?: false }): Step[] {
  const once = [continuation("fragment1", fin), text("fragment2", more), continuation("fragment3")];
  return [...once, ...once];
}

/** Fragmented messages. */
export const section5: readonly CaseDraft[] = [
  refused(1, "A Ping in two fragments", [ping("fragment1", more), continuation("fragment2")]),
  refused(2, "A Pong in two fragments", [pong("fragment1", more), continuation("fragment2")]),
  ...inThreeWays(3, "A text in two fragments", (n, summary, delivery) =>
    joined(
      n,
      summary,
      [text("fragment1", { ...delivery, ...more }), continuation("fragment2", delivery)],
      [both],
    ),
  ),
  ...inThreeWays(6, "A text in two fragments with a Ping between them", (n, summary, delivery) =>
    joined(
      n,
      summary,
      [
        text("fragment1", { ...delivery, ...more }),
        ping("ping payload", delivery),
        continuation("fragment2", delivery),
      ],
      [pongOf("ping payload"), both],
    ),
  ),
  ...inThreeWays(9, "A last fragment with nothing before it, then a text", (n, summary, delivery) =>
    refused(n, summary, [continuation(stray, delivery), text("Hello, world!", delivery)]),
  ),
  ...inThreeWays(
    12,
    "A fragment that is not the last with nothing before it, then a text",
    (n, summary, delivery) =>
      refused(n, summary, [continuation(stray, { ...delivery, ...more }), text("Hello, world!", delivery)]),
  ),
  {
    ...refused(15, "A text in two fragments, a third one that belongs nowhere, then a text", [
      text("fragment1", more),
      continuation("fragment2"),
      continuation("fragment3", more),
      text("fragment4"),
    ]),
    expectation:
      "The first message comes back; then the peer ends the connection. Ending it without the echo is NON-STRICT.",
    expect: { OK: [both], "NON-STRICT": [] },
  },
  refused(16, "Twice: a stray fragment that is not the last, then a text in two fragments", strayTwice(more)),
  refused(17, "Twice: a stray last fragment, then a text in two fragments", strayTwice({})),
  refused(18, "A text whose second fragment is marked as text again", [
    text("fragment1", more),
    text("fragment2"),
  ]),
  joined(
    19,
    "A text in five fragments, two Pings between them, a pause of a second",
    fiveFragments({}),
    fiveEvents,
  ),
  joined(
    20,
    "A text in five fragments, two Pings between them, a pause of a second; one write per frame",
    fiveFragments({ sync: true }),
    fiveEvents,
  ),
];
