import type { CaseDraft, Step } from "./case.ts";
import { empty, hex, type Payload, utf8 } from "./payload.ts";
import {
  closeAfter,
  closedByTester,
  continuation,
  failedByPeer,
  killAfter,
  message,
  text,
  wait,
} from "./steps.ts";
import { utf8Samples } from "./utf8-samples.ts";

const more = { fin: false } as const;
const greek = "κ\u1f79σμε";
const latin = "Hello-µ@ßöäüàá-UTF-8!!";
/** Greek, a surrogate in UTF-8's form, ASCII. */
const surrogateInside = hex("cebae1bdb9cf83cebcceb5 eda080 656469746564");

function legal(id: string, summary: string, payload: Payload, sent: readonly Step[]): CaseDraft {
  return {
    id: `6.${id}`,
    summary,
    expectation: "The text is legal and comes back as one message.",
    section: "RFC 6455 §5.6, RFC 3629 §3",
    steps: sent,
    expect: { OK: [message("text", payload)] },
    close: closedByTester,
    judgement: "events",
  };
}

function illegal(id: string, summary: string, sent: readonly Step[]): CaseDraft {
  return {
    id: `6.${id}`,
    summary,
    expectation: "The text is no UTF-8: the peer ends the connection, with 1007 or no code.",
    section: "RFC 6455 §8.1, RFC 3629 §3",
    steps: sent,
    expect: { OK: [] },
    close: { ...failedByPeer(1007), wrongEndpointFails: true },
    judgement: "events",
  };
}

/** Three parts a second apart; the text cannot become legal once the second part is there. */
function early(n: number, summary: string, steps: readonly [Step[], Step, Step[]]): CaseDraft {
  const [first, second, third] = steps;
  return {
    ...illegal(`4.${n}`, summary, [...first, wait(1, "A"), second, wait(1, "B"), ...third, killAfter(1)]),
    expectation:
      "The peer ends the connection, with 1007 or no code, as soon as the second part is there. Waiting for the third is NON-STRICT.",
    expect: {
      OK: [{ event: "timeout", tag: "A" }],
      "NON-STRICT": [
        { event: "timeout", tag: "A" },
        { event: "timeout", tag: "B" },
      ],
    },
  };
}

const octetByOctet = (payload: Payload): Step => ({ do: "message", opcode: 1, payload, fragment: 1 });
const head: Step = { do: "frame-head", opcode: 1, length: 21 };
const part = (payload: Payload): Step => ({ do: "frame-octets", payload });

const beforeSurplus = utf8(greek);
const surplus = hex("f4908080");
const afterSurplus = utf8("edited");
const untilLead = hex("cebae1bdb9cf83cebcceb5 f4");
const secondOctet = hex("90");
const fromThird = hex("8080 656469746564");

const samples = utf8Samples.flatMap(({ group, payloads, isLegal }) =>
  payloads.map((payload, n): CaseDraft => {
    const id = `${group}.${n + 1}`;
    const digits = Buffer.from(payload.pattern).toString("hex");
    const steps = [text(payload), killAfter(0.5)];
    return isLegal(n)
      ? legal(id, `Legal text in one frame: ${digits}.`, payload, steps)
      : illegal(id, `Illegal text in one frame: ${digits}.`, steps);
  }),
);

/** UTF-8 in text messages. */
export const section6: readonly CaseDraft[] = [
  legal("1.1", "A text without octets.", empty, [text(), closeAfter(1)]),
  legal("1.2", "A text of three fragments, all empty.", empty, [
    text(empty, more),
    continuation(empty, more),
    continuation(),
    closeAfter(1),
  ]),
  legal("1.3", "A text of three fragments, the first and the last empty.", utf8("middle frame payload"), [
    text(empty, more),
    continuation("middle frame payload", more),
    continuation(),
    closeAfter(1),
  ]),
  legal("2.1", "Legal text with characters of two octets, in one frame.", utf8(latin), [
    text(latin),
    closeAfter(1),
  ]),
  legal("2.2", "The same text in two fragments, cut between characters.", utf8(latin), [
    text(latin.slice(0, 11), more),
    continuation(latin.slice(11)),
    closeAfter(1),
  ]),
  legal("2.3", "The same text in fragments of one octet.", utf8(latin), [
    octetByOctet(utf8(latin)),
    closeAfter(1),
  ]),
  legal("2.4", "A Greek word in fragments of one octet.", utf8(greek), [
    octetByOctet(utf8(greek)),
    closeAfter(1),
  ]),
  illegal("3.1", "Illegal text (a surrogate between Greek and ASCII) in one frame.", [
    text(surrogateInside),
    killAfter(1),
  ]),
  illegal("3.2", "The same octets in fragments of one octet.", [octetByOctet(surrogateInside), killAfter(1)]),
  early(1, "Three fragments a second apart; the second is a whole code point above U+10FFFF.", [
    [text(beforeSurplus, more)],
    continuation(surplus, more),
    [continuation(afterSurplus)],
  ]),
  early(
    2,
    "Three fragments a second apart; the second is the one octet after which no legal text can follow.",
    [[text(untilLead, more)], continuation(secondOctet, more), [continuation(fromThird)]],
  ),
  early(3, "The octets of 6.4.1 in one frame, which is written in three parts a second apart.", [
    [head, part(beforeSurplus)],
    part(surplus),
    [part(afterSurplus), continuation()],
  ]),
  early(4, "The octets of 6.4.2 in one frame, which is written in three parts a second apart.", [
    [head, part(untilLead)],
    part(secondOctet),
    [part(fromThird), continuation()],
  ]),
  ...samples,
];
