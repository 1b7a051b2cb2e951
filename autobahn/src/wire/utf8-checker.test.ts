import { isUtf8 } from "node:buffer";
import { expect, test } from "vitest";
import { utf8Samples } from "../catalogue/utf8-samples.ts";
import { Utf8Checker } from "./utf8-checker.ts";

test("it says what Node says of every sequence of two octets, and of three with each lead", () => {
  const different: string[] = [];
  for (let first = 0; first < 256; first++) {
    for (let second = 0; second < 256; second++) {
      for (const third of [[], [0x41], [0x80], [0xbf]]) {
        const octets = Uint8Array.from([first, second, ...third]);
        const checker = new Utf8Checker();
        if ((checker.push(octets) && checker.complete) !== isUtf8(octets)) different.push(octets.join(" "));
      }
    }
  }
  expect(different).toEqual([]);
});

test("it says the same whole and octet by octet", () => {
  for (const { payloads, isLegal } of utf8Samples) {
    for (const [n, { pattern }] of payloads.entries()) {
      const whole = new Utf8Checker();
      whole.push(pattern);
      const piecewise = new Utf8Checker();
      for (const octet of pattern) piecewise.push(Uint8Array.of(octet));
      expect(whole.complete).toBe(isLegal(n));
      expect(piecewise.complete).toBe(isLegal(n));
    }
  }
});

test("it refuses at the first octet that cannot lead to legal text", () => {
  const checker = new Utf8Checker();
  expect(checker.push(Uint8Array.of(0xf4))).toBe(true);
  expect(checker.push(Uint8Array.of(0x90))).toBe(false);
});
