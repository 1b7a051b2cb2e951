import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Bus } from "../../src/index.ts";
import { TestCluster, type TestNode } from "../support/cluster.ts";
import { FakeMember } from "../support/fake-member.ts";
import { settled } from "../support/test-clock.ts";

let cluster: TestCluster;
let node: TestNode;
let member: FakeMember;
let stranger: Bus;
beforeEach(async () => {
  cluster = new TestCluster();
  [node] = (await cluster.connected(1, { presence: { key: () => "paul" } })) as [TestNode];
  member = new FakeMember();
  await node.channels.join("arrakis", member, "meta").done;
  stranger = cluster.hub.bus();
  await stranger.open({ message: () => {}, up: () => {}, down: () => {} });
});
afterEach(async () => {
  await stranger.close();
  await cluster.end();
});

const topic = "cYXJyYWtpcw";
const inbox = (): string => `n-${node.channels.health().node}`;

/** An envelope, octet by octet: version 1, kind, a node, round 1, age 0, the sequence, a body. */
function envelope(
  kind: number,
  sequence: number,
  body: Uint8Array | string,
  version = 1,
  round = 1,
): Uint8Array {
  const head = Buffer.alloc(33, 7);
  head.set([0xe5, version, kind]);
  head.writeUInt32BE(round, 19);
  head.writeUInt32BE(0, 23);
  head.writeUIntBE(sequence, 27, 6);
  return Buffer.concat([head, Buffer.from(body)]);
}

async function foreignAfter(topic: string, ...payloads: Uint8Array[]): Promise<number> {
  for (const payload of payloads) await stranger.publish(topic, payload);
  await settled();
  return node.channels.stats().foreign;
}

test("the envelopes of this test are ones", async () => {
  expect(await foreignAfter(topic, envelope(1, 1, "hello"), envelope(2, 2, Uint8Array.of(255)))).toBe(0);
  expect(member.got).toEqual(["hello", "ff"]);
});

describe("ignored and counted, while all goes on", () => {
  test.each([
    ["nothing", new Uint8Array(0)],
    ["text", Buffer.from("hello")],
    ["JSON of another program", Buffer.from('{"type":"message","room":"arrakis"}')],
    ["a later version", envelope(1, 1, "hello", 2)],
    ["a kind of a later version", envelope(200, 1, "hello")],
    ["text that is not UTF-8", envelope(1, 1, Uint8Array.of(0xff, 0xfe))],
    ["a message without a number", envelope(1, 0, "hello")],
    ["a heartbeat where channels speak", envelope(4, 0, "\u0000", 1, 0)],
    ["a question where channels speak", envelope(6, 0, '[1,"size","arrakis"]', 1, 0)],
    ["a tail that is too short", envelope(3, 0, "1234")],
    ["presence that is none", envelope(8, 1, "{")],
    ["presence that would bring its own prototype", envelope(8, 1, '{"__proto__":{"admin":true}}')],
  ])("on the topic of a channel: %s", async (_, payload) => {
    expect(await foreignAfter(topic, payload)).toBe(1);
    expect(member.got).toEqual([]);
    expect(await foreignAfter(topic, envelope(2, 2, "a"))).toBe(1);
    expect(member.got).toEqual(["61"]);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  test.each([
    ["nothing", new Uint8Array(0)],
    ["a message", envelope(1, 1, "hello")],
    ["a heartbeat without a body", envelope(4, 0, "", 1, 0)],
    ["a heartbeat that is too long", envelope(4, 0, "\u0000\u0000", 1, 0)],
    ["a question that is none", envelope(6, 0, '[1,"size"]', 1, 0)],
    ["a question that is not JSON", envelope(6, 0, "[", 1, 0)],
    ["an answer that is none", envelope(7, 0, "[]", 1, 0)],
    ["an answer that would bring its own prototype", envelope(7, 0, '[1,0,1,[{"__proto__":1}]]', 1, 0)],
    ["presence that is none", envelope(10, 0, "[]", 1, 0)],
  ])("on a topic of nodes: %s", async (_, payload) => {
    expect(await foreignAfter("n", payload)).toBe(1);
    expect(await foreignAfter(inbox(), payload)).toBe(2);
    expect(node.channels.health().nodes).toEqual([]);
  });
});

test("what others say of presence and history is not foreign to a node that has neither", async () => {
  const [plain] = await cluster.connected(1);
  await plain!.channels.join("arrakis", new FakeMember()).done;
  node.channels.join("arrakis", new FakeMember());
  await stranger.publish(topic, envelope(8, 1, "{"));
  await stranger.publish(topic, envelope(11, 0, "{", 1, 0));
  await settled();
  expect(plain!.channels.stats()).toMatchObject({ foreign: 0, received: 0 });
});

test("a hole before an unreadable message is a loss, and its own number is used up", async () => {
  await foreignAfter(topic, envelope(1, 1, "a"), envelope(1, 4, Uint8Array.of(0xff)), envelope(1, 5, "b"));
  expect(node.channels.stats()).toMatchObject({ lost: 2, foreign: 1, received: 2, duplicates: 0 });
});

test("an answer of the wrong sort is no answer", async () => {
  await foreignAfter("n", envelope(4, 0, "\u0000", 1, 0));
  expect(node.channels.health().nodes.length).toBe(1);
  const asked = node.channels.cluster.size("arrakis");
  expect(await foreignAfter(inbox(), envelope(7, 0, "[1,0,1,[5]]", 1, 0))).toBe(1);
  await cluster.clock.pass(1000);
  expect((await asked).silent.length).toBe(1);
  const again = node.channels.cluster.presence("arrakis");
  await foreignAfter(
    inbox(),
    envelope(7, 0, '[2,0,1,[5,null,{"key":1,"connections":1},{"key":"x"},[]]]', 1, 0),
  );
  expect((await again).presence.map(({ key }) => key)).toEqual(["paul"]);
  const members = node.channels.cluster.members("arrakis");
  await foreignAfter(inbox(), envelope(7, 0, '[3,0,1,[5,null,["there"],[1,2]]]', 1, 0));
  expect((await members).members.map(({ meta }) => meta)).toEqual(["meta", "there"]);
});

test("a flood of strange nodes fills no memory: at most 4,096 are known", async () => {
  for (let i = 0; i < 5000; i++) {
    const payload = envelope(4, 0, "\u0000", 1, 0);
    Buffer.from(payload.buffer, payload.byteOffset).writeUInt32BE(i, 3);
    await stranger.publish("n", payload);
  }
  await settled();
  expect(node.channels.health().nodes.length).toBe(4096);
});

test("whatever comes, on whatever topic: nothing is thrown, nobody hears what is no message, and own broadcasts go on", async () => {
  const octets = fc.uint8Array({ maxLength: 60 });
  const payload = fc.oneof(
    octets,
    fc
      .tuple(fc.nat(13), fc.nat(3), octets, fc.nat(1))
      .map(([kind, sequence, body, round]) => envelope(kind, sequence, body, 1, round)),
    fc
      .tuple(fc.nat(13), fc.json())
      .map(([kind, json]) => envelope(kind, kind === 8 ? 1 : 0, json, 1, kind === 8 ? 1 : 0)),
  );
  const where = fc.constantFrom("channel" as const, "nodes" as const, "inbox" as const);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(where, payload), { maxLength: 20 }), async (all) => {
      for (const [place, bytes] of all) {
        await stranger.publish({ channel: topic, nodes: "n", inbox: inbox() }[place], bytes);
      }
      await settled();
      const before = member.got.length;
      node.channels.broadcast("arrakis", "own");
      expect(member.got.slice(before)).toEqual(["own"]);
    }),
    { numRuns: 300 },
  );
  expect(node.errors).toEqual([]);
});
