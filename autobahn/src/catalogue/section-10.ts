import type { CaseDraft } from "./case.ts";
import { cycle } from "./payload.ts";
import { closedByTester, killAfter, message } from "./steps.ts";

const payload = cycle("2a", 65_536);

/** A message that the sender's own splitting cuts up. */
export const section10: readonly CaseDraft[] = [
  {
    id: "10.1.1",
    summary: "A text of 64 KiB in fragments of 1300 octets, the last one shorter.",
    expectation: "The fragments come back as one message.",
    section: "RFC 6455 §5.4",
    steps: [{ do: "message", opcode: 1, payload, fragment: 1300 }, killAfter(10)],
    expect: { OK: [message("text", payload)] },
    close: closedByTester,
    judgement: "events",
  },
];
