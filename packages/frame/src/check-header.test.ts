import { describe, expect, test } from "vitest";
import { checkHeader, type HeaderContext, maxControlPayload } from "./check-header.ts";
import type { FrameHeader } from "./header.ts";
import { isControl, isReserved } from "./opcode.ts";
import type { ProtocolErrorCode } from "./protocol-error.ts";

const lengths = [0, 1, 125, 126, 65_536];
const booleans = [false, true];

/** The rules of RFC 6455 §5.1-5.5 as a list: which of them a header breaks, in no order. */
function broken(header: FrameHeader, context: HeaderContext): ProtocolErrorCode[] {
  const { fin, rsv, opcode, masked, length } = header;
  const control = isControl(opcode);
  const rules: [boolean, ProtocolErrorCode][] = [
    [isReserved(opcode), "reserved-opcode"],
    [context.role === "server" && !masked, "unmasked-frame"],
    [context.role === "client" && masked, "masked-frame"],
    [(rsv & ~(control || opcode === 0 ? 0 : context.allowedRsv)) !== 0, "reserved-bits"],
    [control && !fin, "fragmented-control"],
    [control && length > maxControlPayload, "control-too-long"],
    [opcode === 0 && !context.fragmented, "unexpected-continuation"],
    [(opcode === 1 || opcode === 2) && context.fragmented, "expected-continuation"],
  ];
  return rules.filter(([breaks]) => breaks).map(([, code]) => code);
}

describe.each(["server", "client"] as const)("as a %s", (role) => {
  test.each([0, 4, 7])(
    "every header in every state gets the verdict of the rules, with reserved bits %i allowed",
    (allowedRsv) => {
      let legal = 0;
      for (let first = 0; first < 256; first++) {
        for (const masked of booleans) {
          for (const length of lengths) {
            for (const fragmented of booleans) {
              const header = {
                fin: first >= 0x80,
                rsv: (first >> 4) & 7,
                opcode: first & 15,
                masked,
                length,
                maskKey: 0,
              };
              const context = { role, allowedRsv, fragmented };
              const verdict = checkHeader(header, context);
              const faults = broken(header, context);
              if (verdict === undefined) legal++;
              const agrees = verdict === undefined ? faults.length === 0 : faults.includes(verdict);
              if (!agrees) expect.fail(`${JSON.stringify({ header, context })}: ${verdict}, not ${faults}`);
            }
          }
        }
      }
      expect(legal).toBeGreaterThan(0);
    },
  );
});

test("the longest control payload is 125 octets", () => {
  expect(maxControlPayload).toBe(125);
});
