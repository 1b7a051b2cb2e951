import type { CaseDraft, Step } from "./case.ts";
import { empty } from "./payload.ts";
import { failedByPeer, frame, killAfter, message, ping, text } from "./steps.ts";

const hello = "Hello, world!";

const kinds = [
  { name: "data", first: 3 },
  { name: "control", first: 11 },
];

function fiveOf(kind: number, name: string, first: number): CaseDraft[] {
  const sent: readonly (readonly [summary: string, steps: readonly Step[]])[] = [
    [`The reserved ${name} opcode ${first}, empty.`, [frame(first)]],
    [
      `The reserved ${name} opcode ${first + 1} with a payload.`,
      [frame(first + 1, "reserved opcode payload")],
    ],
    [
      `A good text, the reserved ${name} opcode ${first + 2}, a Ping.`,
      [text(hello), frame(first + 2), ping()],
    ],
    [
      `A good text, the reserved ${name} opcode ${first + 3} with a payload, a Ping.`,
      [text(hello), frame(first + 3, hello), ping()],
    ],
    [
      `A good text, the reserved ${name} opcode ${first + 4} with a payload, a Ping; octet by octet.`,
      [text(hello, { chop: 1 }), frame(first + 4, hello, { chop: 1 }), ping(empty, { chop: 1 })],
    ],
  ];
  return sent.map(([summary, steps], n): CaseDraft => {
    const echoed = steps.length > 1;
    return {
      id: `4.${kind}.${n + 1}`,
      summary,
      expectation: echoed
        ? "The first message comes back; then the peer ends the connection. Ending it without the echo is NON-STRICT."
        : "The peer ends the connection at once.",
      section: "RFC 6455 §5.2",
      steps: [...steps, killAfter(1)],
      expect: echoed ? { OK: [message("text", hello)], "NON-STRICT": [] } : { OK: [] },
      close: failedByPeer(1002),
      judgement: "events",
    };
  });
}

/** Reserved opcodes. */
export const section4: readonly CaseDraft[] = kinds.flatMap(({ name, first }, kind) =>
  fiveOf(kind + 1, name, first),
);
