import { expect, test } from "vitest";
import { ProtocolError, type ProtocolErrorCode } from "./protocol-error.ts";

/** The table of the README, by hand. */
const table: Record<ProtocolErrorCode, [closeCode: number, section: string, rfc?: number]> = {
  "reserved-bits": [1002, "5.2"],
  "reserved-opcode": [1002, "5.2"],
  "non-minimal-length": [1002, "5.2"],
  "length-overflow": [1002, "5.2"],
  "unmasked-frame": [1002, "5.1"],
  "masked-frame": [1002, "5.1"],
  "fragmented-control": [1002, "5.5"],
  "control-too-long": [1002, "5.5"],
  "unexpected-continuation": [1002, "5.4"],
  "expected-continuation": [1002, "5.4"],
  "invalid-utf8": [1007, "8.1"],
  "invalid-close-payload": [1002, "5.5.1"],
  "invalid-close-code": [1002, "7.4"],
  "frame-too-large": [1009, "10.4"],
  "message-too-large": [1009, "10.4"],
  "too-many-fragments": [1008, "10.4"],
  "invalid-compressed-data": [1007, "7.2.2", 7692],
};

test.each(Object.entries(table))(
  "%s is answered with its close code and names its section",
  (code, [closeCode, section, rfc = 6455]) => {
    const error = new ProtocolError(code as ProtocolErrorCode);
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: "ProtocolError", code, closeCode, rfc, section });
    expect(error.message).toMatch(
      new RegExp(`^[A-Z].+ \\(RFC ${rfc} §${section.replaceAll(".", "\\.")}\\)$`),
    );
    expect(String(error)).toBe(`ProtocolError: ${error.message}`);
  },
);
