import fc from "fast-check";
import { expect, test } from "vitest";
import { BadMessage } from "./fields.ts";
import { parseFromClient } from "./from-client.ts";
import { parseFromServer } from "./from-server.ts";
import { isRoomName, roomNameOf } from "./room-name.ts";

const person = { id: "p", nick: "Paul", colour: 1 };
const position = { epoch: "e", offset: 1 };

/** Fields as they should be, for messages of all types. */
const fields = {
  ...{ key: "k".repeat(16), nick: "Paul", colour: 3, room: "arrakis", since: position, id: "m1", text: "hi" },
  ...{
    person,
    server: "s1",
    cluster: "up",
    position,
    people: [person],
    here: [],
    gone: ["p"],
    state: "down",
  },
  ...{ code: "too-fast", at: 1, message: "no", recovered: null },
};

/** Which of them a message has. */
const shapes: Readonly<Record<string, readonly (keyof typeof fields)[]>> = {
  hello: ["key", "nick", "colour"],
  join: ["room", "since"],
  say: ["room", "id", "text"],
  joined: ["room", "recovered", "position", "people"],
  said: ["room", "id", "person", "text", "at", "position"],
  people: ["room", "here", "gone"],
  error: ["code", "message", "room"],
};

const odd = fc.oneof(
  fc.constantFrom("", "\u202e", "\ud800", -1, null, true, [], {}, "x".repeat(2_001)),
  fc.jsonValue(),
);

/** A message with a field or two that are not as they should be. */
const messages = fc
  .tuple(
    fc.constantFrom(...Object.keys(shapes)),
    fc.dictionary(fc.constantFrom(...Object.keys(fields)), odd, { maxKeys: 2 }),
  )
  .map(([type, wrong]) => {
    const right = Object.fromEntries(shapes[type]!.map((name) => [name, fields[name]]));
    return JSON.stringify({ type, ...right, ...wrong });
  });

const anything = fc.oneof({ weight: 5, arbitrary: messages }, fc.json(), fc.string(), fc.anything());

test.each([
  ["client", parseFromClient],
  ["server", parseFromServer],
] as const)(
  "whatever comes from a %s is a message or a fault, never a throw; what is read is read the same again",
  (_, parse) => {
    let read = 0;
    fc.assert(
      fc.property(anything, (data) => {
        const message = parse(data);
        if (message instanceof BadMessage) return;
        read++;
        expect(parse(JSON.stringify(message))).toEqual(message);
      }),
      { numRuns: 2_000 },
    );
    expect(read).toBeGreaterThan(20);
  },
);

/** Of all of Unicode. */
const characters = fc
  .array(fc.integer({ min: 0, max: 0x10ffff }), { maxLength: 60 })
  .map((points) => String.fromCodePoint(...points));

test("whatever is typed becomes the name of a room, or nothing, and a name stays as it is", () => {
  fc.assert(
    fc.property(fc.oneof(characters, fc.string({ maxLength: 60 })), (typed) => {
      const name = roomNameOf(typed);
      expect(name === "" || isRoomName(name)).toBe(true);
      expect(roomNameOf(name)).toBe(name);
    }),
    { numRuns: 1_000 },
  );
});
