import type { CaseDraft } from "./case.ts";
import { cycle } from "./payload.ts";
import { closedByTester, frame, killAfter, message } from "./steps.ts";

/** Octets of the payload around each border of the length field, and how long the echo may take in seconds. */
const sizes = [
  { length: 0, seconds: 1 },
  { length: 125, seconds: 1 },
  { length: 126, seconds: 1 },
  { length: 127, seconds: 1 },
  { length: 128, seconds: 1 },
  { length: 65_535, seconds: 10 },
  { length: 65_536, seconds: 10 },
  { length: 65_536, seconds: 10, chop: 997 },
] as const;

const kinds = [
  { type: "text", opcode: 1, octet: "2a" },
  { type: "binary", opcode: 2, octet: "fe" },
] as const;

/** Plain data frames. */
export const section1: readonly CaseDraft[] = kinds.flatMap(({ type, opcode, octet }, kind) =>
  sizes.map(({ length, seconds, ...delivery }, size): CaseDraft => {
    const payload = cycle(octet, length);
    return {
      id: `1.${kind + 1}.${size + 1}`,
      summary: `A ${type} message of ${length} octets${"chop" in delivery ? `, handed to TCP ${delivery.chop} octets at a time` : ""}.`,
      expectation: "The same message comes back; then the connection closes normally.",
      section: "RFC 6455 §5.2, §5.6",
      steps: [frame(opcode, payload, delivery), killAfter(seconds)],
      expect: { OK: [message(type, payload)] },
      close: closedByTester,
      judgement: "events",
    };
  }),
);
