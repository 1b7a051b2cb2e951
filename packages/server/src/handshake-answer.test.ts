import { expect, expectTypeOf, test } from "vitest";
import { type Accept, accept, reject } from "./handshake-answer.ts";

test("accept keeps what it is given, and needs nothing", () => {
  const options = { state: { name: "ann" }, protocol: "chat", headers: { "x-one": "1" } };
  const answer = accept(options);
  expect(answer).toEqual({ answer: "accept", options });
  expectTypeOf(answer).toEqualTypeOf<Accept<{ name: string }>>();
  expect(accept()).toEqual({ answer: "accept", options: {} });
});

test("a state of undefined is a state", () => {
  expect("state" in accept({ state: undefined }).options).toBe(true);
  expect("state" in accept({}).options).toBe(false);
});

test("reject keeps its code and what it is given", () => {
  const options = { status: 403, headers: { "x-one": "1" }, body: "no" };
  expect(reject("forbidden", options)).toEqual({ answer: "reject", code: "forbidden", options });
  expect(reject("forbidden")).toEqual({ answer: "reject", code: "forbidden", options: {} });
});
