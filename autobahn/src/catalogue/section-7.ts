import type { CaseDraft, CloseExpectation, Step } from "./case.ts";
import { cycle, empty, hex, utf8 } from "./payload.ts";
import {
  close,
  closedByTester,
  closeWith,
  continuation,
  frame,
  killAfter,
  message,
  ping,
  text,
} from "./steps.ts";

const hello = "Hello World!";
const answered: CloseExpectation = { ...closedByTester, wrongCodeFails: true };
const refusedWith = (...codes: number[]): CloseExpectation => ({
  closedByMe: true,
  codes,
  requireClean: false,
  wrongCodeFails: true,
});

function closing(
  id: string,
  summary: string,
  sent: readonly Step[],
  expectation: string,
  end: CloseExpectation = answered,
): CaseDraft {
  return {
    id: `7.${id}`,
    summary,
    expectation,
    section: "RFC 6455 §5.5.1, §7.1, §7.4",
    steps: [...sent, killAfter(1)],
    expect: { OK: [] },
    close: end,
    judgement: "events",
  };
}

const answers = "The peer answers with Close, drops TCP, and sends nothing else.";
const refuses = "The peer ends the connection as failed: 1002 or no code.";

const legalCodes = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999];
const illegalCodes = [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999];

function informational(draft: CaseDraft): CaseDraft {
  return { ...draft, expectation: "Whatever the peer does is only reported.", judgement: "informational" };
}

const unspecified = (n: number, code: number): CaseDraft =>
  informational(
    closing(`13.${n}`, `Close with ${code}, a code that nobody has specified.`, [close(code)], "", {
      closedByMe: true,
      codes: [1000, code, 1002],
      requireClean: false,
    }),
  );

/** Closing handshake. */
export const section7: readonly CaseDraft[] = [
  {
    ...closing("1.1", "A text; the closing handshake follows its echo.", [text(hello)], ""),
    expectation: "The message comes back; then the connection closes normally.",
    expect: { OK: [message("text", hello)] },
  },
  closing("1.2", "Close, then a second Close.", [close(1000), frame(8)], answers),
  closing("1.3", "Close, then a Ping.", [close(1000), ping()], `${answers} The Ping is not answered.`),
  closing("1.4", "Close, then a text.", [close(1000), text(hello)], `${answers} The text is not echoed.`),
  closing(
    "1.5",
    "A first fragment, Close, then the last fragment.",
    [text("fragment1", { fin: false }), close(1000), continuation("fragment2")],
    answers,
  ),
  informational({
    ...closing(
      "1.6",
      "A text of 256 KiB, a short text, Close and a Ping, without a pause.",
      [text(cycle("4241736437266a683233", 262_144)), text(hello), close(1000), ping()],
      "",
      closedByTester,
    ),
    expect: { OK: [message("text", hello)], "NON-STRICT": [] },
  }),
  closing("3.1", "Close without payload.", [closeWith(empty)], answers),
  closing("3.2", "Close with a payload of one octet.", [closeWith(utf8("a"))], refuses, refusedWith(1002)),
  closing("3.3", "Close with a code and no reason.", [close(1000)], answers),
  closing("3.4", "Close with a code and a reason.", [close(1000, utf8(hello))], answers),
  closing("3.5", "Close with the longest reason, 123 octets.", [close(1000, utf8("*".repeat(123)))], answers),
  closing(
    "3.6",
    "Close with a reason of 124 octets, one too many.",
    [close(1000, utf8("*".repeat(124)))],
    refuses,
    refusedWith(1002),
  ),
  closing(
    "5.1",
    "Close with a reason that is not UTF-8.",
    [close(1000, hex("cebae1bdb9cf83cebcceb5 eda080 656469746564"))],
    "The peer ends the connection as failed: 1007, 1002 or no code.",
    refusedWith(1002, 1007),
  ),
  ...legalCodes.map((code, n) =>
    closing(`7.${n + 1}`, `Close with ${code}, a legal code.`, [close(code)], answers, {
      ...answered,
      codes: [1000, code],
    }),
  ),
  ...illegalCodes.map((code, n) =>
    closing(
      `9.${n + 1}`,
      `Close with ${code}, a code that must not be sent.`,
      [close(code)],
      refuses,
      refusedWith(1002),
    ),
  ),
  unspecified(1, 5000),
  unspecified(2, 65_535),
];
