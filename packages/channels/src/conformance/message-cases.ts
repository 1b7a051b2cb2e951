import type { CaseDefinition } from "./bus-case.ts";
import { expect, expectRejection } from "./probe.ts";

const numbers = (count: number): string[] => Array.from({ length: count }, (_, i) => `${i}`);
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

/** Messages: whom they reach, in which order, with which bytes. */
export const messageCases: readonly CaseDefinition[] = [
  {
    name: "a message reaches every bus that has subscribed to its topic, and nobody else",
    async play({ probe }) {
      const [from, one, other, third] = [await probe(), await probe(), await probe(), await probe()];
      await one.bus.subscribe(["t"]);
      await other.bus.subscribe(["t", "u"]);
      await third.bus.subscribe(["u"]);
      await from.say("t", "hello");
      await from.say("u", "end");
      await Promise.all([one.hears("t", "hello"), other.hears("t", "hello"), third.hears("u", "end")]);
      expect(third.on("t").length === 0, "a topic that was not subscribed was heard");
    },
  },
  {
    name: "messages of one bus on one topic come in their order, each once",
    async play({ probe }) {
      const [from, to] = [await probe(), await probe()];
      await to.bus.subscribe(["t"]);
      const all = numbers(500);
      await Promise.all(all.map((each) => from.say("t", each)));
      await from.say("t", "end");
      await to.hears("t", "end");
      expect(to.on("t").join() === [...all, "end"].join(), `heard ${to.on("t")}`);
    },
  },
  {
    name: "messages of several buses on several topics keep the order of each bus and topic",
    async play({ probe }) {
      const [one, other, to] = [await probe(), await probe(), await probe()];
      const topics = ["t", "u", "v"];
      await to.bus.subscribe(topics);
      const all = numbers(100);
      const say = all.flatMap((each) =>
        topics.flatMap((topic) => [one.say(topic, `1 ${each}`), other.say(topic, `2 ${each}`)]),
      );
      await Promise.all(say);
      await to.until("hearing all", () => to.heard.length >= all.length * 6);
      for (const topic of topics) {
        for (const who of ["1", "2"]) {
          const heard = to.on(topic).filter((each) => each.startsWith(who));
          expect(heard.join() === all.map((each) => `${who} ${each}`).join(), `heard ${heard}`);
        }
      }
    },
  },
  {
    name: "bytes arrive as they were: all values, none at all",
    async play({ probe }) {
      const [from, to] = [await probe(), await probe()];
      await to.bus.subscribe(["t"]);
      const bytes = Uint8Array.from({ length: 512 }, (_, i) => i);
      await from.bus.publish("t", bytes);
      await from.bus.publish("t", new Uint8Array(0));
      // A view into a larger buffer, as messages cut from one read are.
      await from.bus.publish("t", bytes.subarray(10, 13));
      await to.until("hearing three messages", () => to.payloads.length >= 3);
      const [all, none, some] = to.payloads.map((payload) => [...payload].join());
      expect(all === bytes.join(), `heard ${all}`);
      expect(none === "", `heard ${none}`);
      expect(some === "10,11,12", `heard ${some}`);
    },
  },
  {
    name: "bytes may be changed by who published them once that has resolved, and by who got them",
    async play({ probe }) {
      const [from, to] = [await probe(), await probe()];
      await to.bus.subscribe(["t"]);
      const payloads = numbers(20).map((each) => new TextEncoder().encode(`message ${each}`));
      await Promise.all(
        payloads.map((payload) => from.bus.publish("t", payload).then(() => payload.fill(0))),
      );
      await from.say("t", "end");
      await to.hears("t", "end");
      for (const payload of to.payloads.slice(0, 10)) payload.fill(1);
      const last = to.payloads.slice(10, 20).map((payload) => new TextDecoder().decode(payload));
      expect(
        last.join() ===
          numbers(20)
            .slice(10)
            .map((each) => `message ${each}`)
            .join(),
        `holds ${last}`,
      );
      expect(to.heard[0] === "t message 0", `heard ${to.heard[0]}`);
    },
  },
  {
    name: "a payload of maxPayload bytes passes; of one byte more it is refused as too-large, and harms nothing",
    async play({ probe }) {
      const [from, to] = [await probe(), await probe()];
      await to.bus.subscribe(["t"]);
      const { maxPayload } = from.bus;
      // A bus without a bound of its own has nothing to refuse.
      const most = Math.min(maxPayload, 16 * 1_048_576);
      await from.bus.publish("t", new Uint8Array(most).fill(97));
      if (most === maxPayload)
        await expectRejection(from.bus.publish("t", new Uint8Array(most + 1)), "too-large");
      await from.say("t", "end");
      await to.hears("t", "end");
      expect(to.payloads.length === 2, `${to.payloads.length} messages came`);
      expect(to.payloads[0]!.length === most, `${to.payloads[0]!.length} bytes came`);
      expect(from.states.length + to.states.length === 0, "the connection was lost");
    },
  },
  {
    name: "a topic of 200 characters, of all that are allowed, is a topic like others",
    async play({ probe }) {
      const [from, to] = [await probe(), await probe()];
      const topics = [alphabet, `${alphabet.repeat(3)}12345678`, "-", "_", "a"];
      await to.bus.subscribe(topics);
      for (const topic of topics) await from.say(topic, "here");
      for (const topic of topics) await to.hears(topic, "here");
    },
  },
  {
    name: "topics are compared whole, letter by letter",
    async play({ probe }) {
      const [from, to] = [await probe(), await probe()];
      await to.bus.subscribe(["n", "end"]);
      for (const topic of ["N", "n-", "n-1", "nn", "-n", "e", "END"]) await from.say(topic, "wrong");
      await from.say("n", "right");
      await from.say("end", "end");
      await Promise.all([to.hears("n", "right"), to.hears("end", "end")]);
      expect(to.heard.length === 2, `heard ${to.heard}`);
    },
  },
  {
    name: "prefixes keep tenants apart",
    async play({ probe }) {
      const [one, other, from] = [await probe("a"), await probe("a-b"), await probe("a")];
      const stranger = await probe("a-b");
      await one.bus.subscribe(["t", "b-t"]);
      await other.bus.subscribe(["t", "b-t"]);
      await from.say("t", "of a");
      await from.say("b-t", "of a");
      await stranger.say("t", "of b");
      await stranger.say("b-t", "of b");
      await Promise.all([one.hears("b-t", "of a"), other.hears("b-t", "of b")]);
      await Promise.all([one.hears("t", "of a"), other.hears("t", "of b")]);
      expect(
        one.heard.every((each) => each.endsWith("of a")),
        `a heard ${one.heard}`,
      );
      expect(
        other.heard.every((each) => each.endsWith("of b")),
        `b heard ${other.heard}`,
      );
    },
  },
];
