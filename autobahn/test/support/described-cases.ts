import { digestOf, frameLine, markOf } from "./canonical.ts";

// Run by hand where there is a description of the genuine suite's cases as JSON (its path is the argument): compares each
// case with our catalogue, line by line, and prints the digests that catalogue.test.ts compares with.

type Described = {
  id: string;
  index: number;
  sends: DescribedStep[];
  expect: Record<string, DescribedEvent[]>;
  expectClose: { closedByMe: boolean; closeCode: number[]; requireClean: boolean };
  verdict: string;
  flags: string[];
  action: { killAfter_s?: number; closeAfter_s?: number; armedAt_s: number };
  pmd?: { clientOffer: string };
};
type DescribedPayload = { len: number; utf8hex?: string; hex?: string; repeat?: string; cycle?: string };
type DescribedStep = {
  do: string;
  at_s: number;
  opcode: number;
  fin?: boolean;
  rsv?: number;
  payload: DescribedPayload;
  chop?: number;
  sync?: boolean;
  startsClosing?: boolean;
  fragment?: number;
  length?: number;
  s?: number;
  tag?: string;
  count?: number;
  corpus?: string;
  len?: number;
  autoFragment?: number;
};
type DescribedEvent = {
  event: string;
  type?: string;
  tag?: string;
  payload?: DescribedPayload;
  len?: number;
};

const judgements: Readonly<Record<string, string>> = {
  events: "events",
  informational: "informational",
  "first-message-length": "first-message",
  "roundtrip-length": "round-trips",
  "roundtrip-sha1": "corpus",
};

function markOfDescribed({ len, utf8hex, hex, repeat, cycle }: DescribedPayload): string {
  const pattern = Buffer.from(utf8hex ?? hex ?? repeat ?? cycle ?? "", "hex");
  return markOf(pattern.length === len ? pattern : Buffer.alloc(len, pattern));
}

function stepLineOf(step: DescribedStep): string {
  switch (step.do) {
    case "frame":
      return frameLine({
        opcode: step.opcode,
        fin: step.fin!,
        rsv: step.rsv!,
        payload: markOfDescribed(step.payload),
        chop: step.chop,
        sync: step.sync,
        startsClosing: step.startsClosing === true,
      });
    case "message":
      return `message ${step.opcode} ${markOfDescribed(step.payload)} every ${step.fragment}`;
    case "frame-head":
      return `head ${step.opcode} announces ${step.length}`;
    case "frame-bytes":
      return `octets ${markOfDescribed(step.payload)}`;
    case "wait":
      return `wait ${step.s} ${step.tag ?? "-"}`;
    case "echo-loop":
      return `echo-loop ${step.opcode} ${markOfDescribed(step.payload)} ${step.count}`;
    case "corpus-loop":
      return `corpus-loop ${step.opcode} ${step.corpus} ${step.len} every ${step.autoFragment} ${step.count}`;
    default:
      throw new Error(`unknown step ${step.do}`);
  }
}

function eventLineOf(event: DescribedEvent, judgement: string): string {
  if (event.event === "timeout") return `timeout ${event.tag}`;
  const byOctets = judgement === "events" || judgement === "informational";
  const mark = byOctets ? markOfDescribed(event.payload!) : String(event.len);
  return event.event === "pong" ? `pong ${mark}` : `message ${event.type} ${mark}`;
}

/** The lines of a described case, as `canonicalOf` gives them for ours. */
export function linesOf(one: Described): string[] {
  const judgement = judgements[one.verdict]!;
  const { closedByMe, closeCode, requireClean } = one.expectClose;
  const { killAfter_s, closeAfter_s } = one.action;
  const timers = [
    ...(killAfter_s === undefined ? [] : [`kill-after ${killAfter_s}`]),
    ...(closeAfter_s === undefined ? [] : [`close-after ${closeAfter_s}`]),
  ];
  return [
    `${one.id} ${one.index} ${judgement}`,
    ...one.sends.map(stepLineOf),
    ...timers,
    ...Object.entries(one.expect).flatMap(([name, events]) =>
      judgement === "corpus"
        ? []
        : [`expect ${name.replace("_", "-")}`, ...events.map((event) => eventLineOf(event, judgement))],
    ),
    `close ${closedByMe} ${closeCode.join("/")} ${requireClean}`,
    `flags ${one.flags.includes("closedByWrongEndpointIsFatal")} ${one.flags.includes("wrongCodeFails")}`,
    ...(one.pmd === undefined ? [] : [`offer ${one.pmd.clientOffer}`]),
  ];
}

if (import.meta.main) {
  const { readFileSync } = await import("node:fs");
  const { catalogue } = await import("../../src/catalogue/catalogue.ts");
  const { canonicalOf } = await import("./canonical.ts");
  const described: Described[] = JSON.parse(readFileSync(process.argv[2]!, "utf8")).cases;
  const digests: Record<string, string> = {};
  let different = 0;
  for (const [n, one] of described.entries()) {
    const theirs = linesOf(one);
    const ours = catalogue[n] === undefined ? [] : canonicalOf(catalogue[n]);
    digests[one.id] = digestOf(theirs);
    const at = theirs.findIndex((line, l) => line !== ours[l]);
    if (at < 0 && ours.length === theirs.length) continue;
    different++;
    console.error(`${one.id}: theirs: ${theirs[at]}\n   ours: ${ours[at] ?? ours.at(-1)}`);
  }
  console.error(`${described.length} described, ${catalogue.length} ours, ${different} different`);
  console.log(JSON.stringify(digests, null, 1));
}
