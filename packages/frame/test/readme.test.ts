import { readFileSync } from "node:fs";
import { ProtocolError, type ProtocolErrorCode } from "@exws/frame";
import { expect, test } from "vitest";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

test("the table of errors in the README has every code, its close code and its section", () => {
  const rows = [...readme.matchAll(/^\| `([a-z0-9-]+)` \| (\d{4}) \| (?:RFC (\d{4}) )?([\d.]+) \|/gm)];
  for (const [, code, closeCode, rfc = 6455, section] of rows) {
    const error = new ProtocolError(code as ProtocolErrorCode);
    expect([code, error.closeCode, error.rfc, error.section]).toEqual([
      code,
      Number(closeCode),
      Number(rfc),
      section,
    ]);
  }
  expect(rows).toHaveLength(17);
});
