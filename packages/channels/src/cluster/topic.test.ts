import fc from "fast-check";
import { expect, test } from "vitest";
import { isWellFormed } from "../channel-id.ts";
import { newNodeId } from "./envelope.ts";
import { inboxOf, nodesTopic, topicOf } from "./topic.ts";

const name = fc.string({ unit: "binary", maxLength: 300 }).filter(isWellFormed);

test.each([
  ["arrakis", "cYXJyYWtpcw"],
  ["", "c"],
  ["room.*", "ccm9vbS4q"],
  [">", "cPg"],
  ["a b\r\n", "cYSBiDQo"],
  ["n", "cbg"],
])("the channel %j has the topic %s", (id, topic) => {
  expect(topicOf(id)).toBe(topic);
});

test("a name of more than 120 octets goes by its hash, which begins with another letter", () => {
  expect(topicOf("é".repeat(60))).toMatch(/^c[\w-]{160}$/);
  expect(topicOf("é".repeat(60).concat("a"))).toMatch(/^h[\w-]{43}$/);
  expect(topicOf("x".repeat(1_000_000))).toMatch(/^h[\w-]{43}$/);
});

test("whatever a channel is called: its topic has the characters that are allowed, at most 200, and is no other's", () => {
  fc.assert(
    fc.property(name, name, (one, other) => {
      expect(topicOf(one)).toMatch(/^[ch][A-Za-z0-9_-]{0,199}$/);
      expect(topicOf(one) === topicOf(other)).toBe(one === other);
    }),
  );
});

test("names that look alike are different channels", () => {
  const names = ["é", "e\u0301", "É", "Å", "\u212b", "a", "а", "__proto__", "constructor"];
  expect(new Set(names.map(topicOf)).size).toBe(names.length);
});

test("the topics of nodes are those of no channel", () => {
  const inbox = inboxOf(newNodeId());
  expect(nodesTopic).toBe("n");
  expect(inbox).toMatch(/^n-[\w-]{22}$/);
  expect(inboxOf(newNodeId())).not.toBe(inbox);
});
