import type { CaseDraft, Judgement, Step } from "./case.ts";
import { cycle, type Payload } from "./payload.ts";
import { closeAfter, closedByTester, frame, message } from "./steps.ts";

const kib = 1024;
const mib = 1024 * kib;

const kinds = [
  { type: "text", opcode: 1, pattern: "4241736437266a683233", octet: "2a" },
  { type: "binary", opcode: 2, pattern: "00fe23faf0", octet: "fe" },
] as const;
type Kind = (typeof kinds)[number];

/** Octets of a message in one frame, and seconds for its echo as text and as binary. */
const wholes = [
  { length: 64 * kib, seconds: [10, 10] },
  { length: 256 * kib, seconds: [10, 10] },
  { length: mib, seconds: [100, 10] },
  { length: 4 * mib, seconds: [100, 10] },
  { length: 8 * mib, seconds: [100, 100] },
  { length: 16 * mib, seconds: [100, 100] },
] as const;
const fragments = [64, 256, kib, 4 * kib, 16 * kib, 64 * kib, 256 * kib, mib, 4 * mib];
const chops = [64, 128, 256, 512, 1024, 2048];
/** Octets of a message that goes back and forth, and seconds for all of the round trips. */
const trips = [
  { length: 0, seconds: 60 },
  { length: 16, seconds: 60 },
  { length: 64, seconds: 60 },
  { length: 256, seconds: 120 },
  { length: 1024, seconds: 240 },
  { length: 4096, seconds: 480 },
];

function big(
  id: string,
  summary: string,
  kind: Kind,
  payload: Payload,
  step: Step,
  seconds: number,
  judgement: Judgement = "first-message",
): CaseDraft {
  return {
    id: `9.${id}`,
    summary,
    expectation: `The echo comes within ${seconds} s. Only its type and length are checked.`,
    section: "RFC 6455 §5.2, §5.4",
    steps: [step, closeAfter(seconds)],
    expect: { OK: [message(kind.type, payload)] },
    close: closedByTester,
    judgement,
  };
}

const size = (octets: number): string =>
  octets >= mib ? `${octets / mib} MiB` : octets >= kib ? `${octets / kib} KiB` : `${octets} octets`;

function inOneFrame(kind: Kind, k: number): CaseDraft[] {
  return wholes.map(({ length, seconds }, n) => {
    const payload = cycle(kind.pattern, length);
    const summary = `A ${kind.type} message of ${size(length)} in one frame.`;
    return big(`${1 + k}.${n + 1}`, summary, kind, payload, frame(kind.opcode, payload), seconds[k]!);
  });
}

function inFragments(kind: Kind, k: number): CaseDraft[] {
  return fragments.map((fragment, n) => {
    // The genuine suite has FE in one of the binary cases only.
    const payload = cycle(k === 1 && n === 0 ? "fe" : "2a", 4 * mib);
    const whole = fragment === payload.length;
    return big(
      `${3 + k}.${n + 1}`,
      `A ${kind.type} message of 4 MiB in ${whole ? "one frame" : `fragments of ${size(fragment)}`}.`,
      kind,
      payload,
      whole ? frame(kind.opcode, payload) : { do: "message", opcode: kind.opcode, payload, fragment },
      100,
    );
  });
}

function inChops(kind: Kind, k: number): CaseDraft[] {
  return chops.map((chop, n) => {
    const payload = cycle(kind.pattern, mib);
    return big(
      `${5 + k}.${n + 1}`,
      `A ${kind.type} message of 1 MiB in one frame, handed to TCP ${chop} octets at a time.`,
      kind,
      payload,
      frame(kind.opcode, payload, { chop }),
      1000,
    );
  });
}

function backAndForth(kind: Kind, k: number): CaseDraft[] {
  return trips.map(({ length, seconds }, n) => {
    const payload = cycle(kind.octet, length);
    return big(
      `${7 + k}.${n + 1}`,
      `1000 ${kind.type} messages of ${length} octets, each sent when the one before has come back.`,
      kind,
      payload,
      { do: "echo-loop", opcode: kind.opcode, payload, count: 1000 },
      seconds,
      "round-trips",
    );
  });
}

/** Big messages and many messages. */
export const section9: readonly CaseDraft[] = [inOneFrame, inFragments, inChops, backAndForth].flatMap(
  (make) => kinds.flatMap(make),
);
