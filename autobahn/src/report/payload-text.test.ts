import { expect, test } from "vitest";
import { agentPart, reportName } from "./file-names.ts";
import { hexText, payloadText } from "./payload-text.ts";

test.each([
  ["", ""],
  ["κόσμε", "κόσμε"],
  ["a".repeat(60), "a".repeat(60)],
  ["a".repeat(61), `${"a".repeat(61)} ...`],
  ["a".repeat(100), `${"a".repeat(64)} ...`],
])("the text %j is shown as %j", (text, shown) => {
  expect(payloadText(Buffer.from(text))).toBe(shown);
});

test("octets that are no text, or whose cut is none, are shown as digits", () => {
  expect(payloadText(Uint8Array.of(0xff, 0x00))).toBe("0xff00");
  expect(payloadText(Buffer.from(`${"a".repeat(63)}é`))).toBe(`0x${"61".repeat(63)}c3 ...`);
  expect(hexText(new Uint8Array(200))).toBe(`${"00".repeat(64)} ...`);
});

test.each([
  ["AutobahnServer", "autobahnserver"],
  [" ws 8.23.0 ", "ws_8_23_0"],
  ["Größe/2", "gr__e_2"],
])("the agent %j is %j in file names", (agent, part) => {
  expect(agentPart(agent)).toBe(part);
  expect(reportName(agent, "6.4.1")).toBe(`${part}_case_6_4_1`);
});
