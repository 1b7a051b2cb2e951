import type { CaseDraft, Delivery, Step } from "./case.ts";
import { empty, hex } from "./payload.ts";
import { binary, failedByPeer, frame, killAfter, message, ping, text } from "./steps.ts";

const hello = "Hello, world!";

function refused(n: number, summary: string, sent: readonly Step[], echoed = false): CaseDraft {
  return {
    id: `3.${n}`,
    summary,
    expectation: echoed
      ? "The first message comes back; then the peer ends the connection. Ending it without the echo is NON-STRICT."
      : "The peer ends the connection at once.",
    section: "RFC 6455 §5.2",
    steps: [...sent, killAfter(1)],
    expect: echoed ? { OK: [message("text", hello)], "NON-STRICT": [] } : { OK: [] },
    close: failedByPeer(1002),
    judgement: "events",
  };
}

/** A good text, one with reserved bits, and a Ping that nobody may answer any more. */
function sandwich(rsv: number, delivery: Delivery): Step[] {
  return [text(hello, delivery), text(hello, { ...delivery, rsv }), ping(empty, delivery)];
}

/** Reserved bits, with no extension agreed on. */
export const section3: readonly CaseDraft[] = [
  refused(1, "A text with RSV3 set.", [text(hello, { rsv: 1 })]),
  refused(2, "A good text, a text with RSV2 set, a Ping.", sandwich(2, {}), true),
  refused(
    3,
    "A good text, a text with RSV2 and RSV3 set, a Ping; one write per frame.",
    sandwich(3, { sync: true }),
    true,
  ),
  refused(4, "A good text, a text with RSV1 set, a Ping; octet by octet.", sandwich(4, { chop: 1 }), true),
  refused(5, "A binary message with RSV1 and RSV3 set.", [
    binary(hex("00 ff fe fd fc fb 00 ff"), { rsv: 5 }),
  ]),
  refused(6, "A binary message with RSV1 and RSV2 set.", [binary(hello, { rsv: 6 })]),
  // For the tester this is a frame like any other: its own closing handshake has not begun.
  refused(7, "A Close with all reserved bits set.", [frame(8, empty, { rsv: 7 })]),
];
