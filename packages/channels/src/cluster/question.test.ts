import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeJson } from "./json.ts";
import { decodeAnswer, decodeQuestion, encodeAnswer, encodeQuestion } from "./question.ts";

test("questions are read as they were asked", () => {
  for (const subject of ["size", "members", "presence"] as const) {
    const question = { number: 7, subject, id: "__proto__ \u0000 😀" };
    expect(decodeQuestion(encodeQuestion(question))).toEqual(question);
  }
});

test.each([
  [[]],
  [[1, "size"]],
  [[1, "size", 2]],
  [["1", "size", "a"]],
  [[1, "all", "a"]],
  [[-1, "size", "a"]],
  [null],
  [{}],
])("%j is no question", (json) => expect(decodeQuestion(encodeJson(json))).toBeUndefined());

describe("answers", () => {
  test("a number is one part", () => {
    const parts = encodeAnswer(3, 12, 1000);
    expect(parts.map(decodeAnswer)).toEqual([{ number: 3, part: 0, parts: 1, content: 12 }]);
  });

  test("a list goes in parts that fit, and is whole when they are put together", () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.integer({ min: 300, max: 2000 }), (list, limit) => {
        const small = list.filter((item) => Buffer.byteLength(JSON.stringify(item)) < 150);
        const parts = encodeAnswer(1, small, limit);
        for (const part of parts) expect(part.length).toBeLessThanOrEqual(limit);
        const answers = parts.map((part) => decodeAnswer(part)!);
        expect(answers.map(({ part }) => part)).toEqual(parts.map((_, i) => i));
        for (const answer of answers) expect(answer.parts).toBe(parts.length);
        const whole = answers.flatMap(({ content }) => content as unknown[]);
        expect(JSON.stringify(whole)).toBe(JSON.stringify(small));
      }),
    );
  });

  test("an item that fits into no part is left out", () => {
    const [only, ...none] = encodeAnswer(1, ["x".repeat(1000), "y"], 500);
    expect(none).toEqual([]);
    expect(decodeAnswer(only!)?.content).toEqual(["y"]);
  });

  test.each([
    [[1, 0, 1]],
    [[1, 1, 1, 5]],
    [[1, 0, 0, 5]],
    [[1, 0, 1, "5"]],
    [[1, 0, 1, -5]],
    [[1.5, 0, 1, 5]],
    [7],
  ])("%j is no answer", (json) => expect(decodeAnswer(encodeJson(json))).toBeUndefined());

  test("an object that would bring its own prototype is no answer, nor what is not JSON or not UTF-8", () => {
    const bytes = (text: string) => new TextEncoder().encode(text);
    for (const text of [
      '[1,0,1,[[{"__proto__":{"admin":true}}]]]',
      '[1,0,1,[[{"\\u005f_proto__":1}]]]',
      "[1,0,1,[",
      "",
    ]) {
      expect(decodeAnswer(bytes(text))).toBeUndefined();
    }
    expect(decodeAnswer(Uint8Array.of(0xff))).toBeUndefined();
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  test("whatever the octets: no error", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((json) => new TextEncoder().encode(json)),
        ),
        (bytes) => {
          decodeAnswer(bytes);
          decodeQuestion(bytes);
        },
      ),
    );
  });
});
