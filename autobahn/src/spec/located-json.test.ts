import { expect, test } from "vitest";
import { FileFault, parseLocated } from "./located-json.ts";

function faultOf(text: string): string {
  try {
    parseLocated(text);
  } catch (error) {
    if (error instanceof FileFault) return `${error.line}: ${error.message}`;
    throw error;
  }
  return "no fault";
}

test.each([
  ['{\n "a": 1,\n}', '3: a name in quotes or "}" is expected, but "}" stands there'],
  ['{\n "a" 1\n}', '2: ":" is expected, but "1" stands there'],
  ['{\n "a": 1\n "b": 2\n}', '3: "," or "}" is expected, but "\\"" stands there'],
  ['["a\n"]', "1: the end of the string is expected, but the line ends"],
  ["[1, 2", '1: "," or "]" is expected, but the file ends'],
  ["[01]", '1: a value is expected, but "0" stands there'],
  ["", "1: a value is expected, but the file ends"],
  ["{} x", '1: the end of the file is expected, but "x" stands there'],
  ['{"a": 1,\n"a": 2}', '2: "a" stands there twice'],
  ["// no\n{}", '1: a value is expected, but "/" stands there'],
  ['["\\x"]', '1: "\\x" is no string'],
])("%j is refused with its line and what is wrong", (text, fault) => {
  expect(faultOf(text)).toBe(fault);
});

test("values know their lines", () => {
  const value = parseLocated('{\n "a": [1,\n  "\\u00e9"],\n "b": {"c": null}\n}');
  if (value.kind !== "object") throw new Error("not an object");
  const a = value.fields.get("a")!;
  expect(a.line).toBe(2);
  expect(a.kind === "array" && a.items[1]).toEqual({ kind: "value", line: 3, value: "é" });
});
