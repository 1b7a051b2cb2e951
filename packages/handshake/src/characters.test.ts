import { expect, test } from "vitest";
import { isFieldValue, isTarget, isToken, trimSpace } from "./characters.ts";

const octets = Array.from({ length: 256 }, (_, octet) => String.fromCharCode(octet));
const visible = octets.slice(0x21, 0x7f);

test("a token holds visible ASCII but the separators of RFC 9110 §5.6.2", () => {
  expect(octets.filter(isToken)).toEqual(
    visible.filter((character) => !'"(),/:;<=>?@[\\]{}'.includes(character)),
  );
  expect(isToken("")).toBe(false);
});

test("a field value holds visible characters, obs-text, spaces and tabs", () => {
  expect(octets.filter(isFieldValue)).toEqual(["\t", " ", ...visible, ...octets.slice(0x80)]);
  expect(isFieldValue("")).toBe(true);
});

test("a target holds visible ASCII but the number sign", () => {
  expect(octets.filter(isTarget)).toEqual(visible.filter((character) => character !== "#"));
  expect(isTarget("")).toBe(false);
});

test("characters whose low octet would be harmless are refused, not cut down", () => {
  for (const text of ["\u0161", "\u010d\u010a", "\u212a", "\ud83d\ude00"]) {
    expect(isToken(text)).toBe(false);
    expect(isFieldValue(text)).toBe(false);
    expect(isTarget(text)).toBe(false);
  }
});

test("only spaces and tabs are trimmed", () => {
  expect(trimSpace(" \t a \u00a0\t ")).toBe("a \u00a0");
  expect(trimSpace(" \t ")).toBe("");
});
