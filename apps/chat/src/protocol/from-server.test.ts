import { describe, expect, test } from "vitest";
import { BadMessage } from "./fields.ts";
import { type FromServer, parseFromServer } from "./from-server.ts";

const person = { id: "p1", nick: "Paul", colour: 1 };
const position = { epoch: "e", offset: 1 };
const said: FromServer = { type: "said", room: "a", id: "1", person, text: "hi", at: 1, position };
const joined: FromServer = { type: "joined", room: "a", recovered: null, position: null, people: [] };

const messages: FromServer[] = [
  { type: "welcome", person: "p1", server: "ab12", cluster: "alone" },
  { type: "cluster", state: "down" },
  joined,
  { ...joined, recovered: false, position, people: [person] },
  { type: "left", room: "a" },
  said,
  { type: "people", room: "a", here: [person], gone: ["p2"] },
  { type: "typing", room: "a", person: "p1" },
  { type: "error", code: "too-fast", message: "no", room: "a", id: "1", retryAfter: 5 },
  { type: "pong" },
];

describe("a message of the server is read as it is", () => {
  test.each(messages)("%j", (message) => {
    expect(parseFromServer(JSON.stringify(message))).toEqual(message);
  });
});

test("fields that are not known are ignored: the server may be newer", () => {
  expect(parseFromServer(JSON.stringify({ ...said, colour: "red" }))).toEqual(said);
});

describe("what another server has passed on is checked as well", () => {
  test.each([
    "",
    "{}",
    "[]",
    { ...said, position: undefined },
    { ...said, text: "" },
    { ...said, at: 1e300 },
    { ...said, person: { ...person, nick: "\u202e" } },
    { ...said, person: null },
    { ...said, room: "#" },
    { ...joined, people: {} },
    { type: "people", room: "a", here: [], gone: [1] },
    { type: "error", code: "new-one", message: "" },
    { type: "toString" },
  ])("%j", (message) => {
    const text = typeof message === "string" ? message : JSON.stringify(message);
    expect(parseFromServer(text)).toBeInstanceOf(BadMessage);
  });
});
