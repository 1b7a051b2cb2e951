import { expect, test } from "vitest";
import { checkPrefix, checkTopic } from "./subject.ts";

test("a topic is 1 to 200 characters that mean nothing to NATS", () => {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
  const isTopic = (topic: unknown): boolean => {
    try {
      return checkTopic(topic) === topic;
    } catch (error) {
      expect(error).toBeInstanceOf(TypeError);
      return false;
    }
  };
  for (let code = 0; code < 0x3000; code++) {
    const letter = String.fromCharCode(code);
    expect(isTopic(letter), JSON.stringify(letter)).toBe(alphabet.includes(letter));
    expect(isTopic(`a${letter}b`)).toBe(alphabet.includes(letter));
  }
  expect(["", "a".repeat(200), "a".repeat(201), undefined, 1, ["a"]].map(isTopic)).toEqual([
    false,
    true,
    false,
    false,
    false,
    false,
  ]);
});

test("a prefix is names joined by dots; it does not begin like a name of NATS itself", () => {
  for (const prefix of ["a", "exws", "a.b", "a.-", "a._b", "9", "a".repeat(200)]) {
    expect(checkPrefix(prefix)).toBe(prefix);
  }
  for (const prefix of [
    "",
    ".",
    "a.",
    ".a",
    "a..b",
    "_a",
    "-a",
    "$a",
    "a b",
    "a.*",
    "a\n",
    "a".repeat(201),
    1,
    undefined,
  ]) {
    expect(() => checkPrefix(prefix), String(prefix)).toThrow(TypeError);
  }
});
