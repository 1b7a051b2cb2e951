import { expect, test } from "vitest";
import { isRoomName, roomNameOf } from "./room-name.ts";

test.each([
  ["Dune Sea!", "dune-sea"],
  ["  lobby ", "lobby"],
  ["#general", "general"],
  ["Räume über Räume", "räume-über-räume"],
  ["e\u0301te\u0301", "été"],
  ["日本", "日本"],
  ["!!!", ""],
  ["_a", "a"],
  ["x".repeat(50), "x".repeat(32)],
  [`${"a".repeat(31)} b`, "a".repeat(31)],
  ["<script>", "script"],
])("%j becomes %j, which is a name or nothing", (typed, name) => {
  expect(roomNameOf(typed)).toBe(name);
  expect(isRoomName(name)).toBe(name !== "");
});
