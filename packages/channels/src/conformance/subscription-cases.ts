import type { CaseDefinition } from "./bus-case.ts";
import { expect } from "./probe.ts";

/** Subscriptions: from when on, until when, how many. */
export const subscriptionCases: readonly CaseDefinition[] = [
  {
    name: "once subscribe has resolved, everything comes that anybody publishes",
    async play({ probe }) {
      const [from, to] = [await probe(), await probe()];
      for (let i = 0; i < 200; i++) {
        await to.bus.subscribe([`t-${i}`]);
        await from.say(`t-${i}`, "at once");
      }
      await to.until("hearing all", () => to.heard.length >= 200);
    },
  },
  {
    name: "a thousand topics can be subscribed at once, and none is too much",
    async play({ probe }) {
      const [from, to] = [await probe(), await probe()];
      const topics = Array.from({ length: 1000 }, (_, i) => `topic-${i}`);
      await to.bus.subscribe([]);
      await to.bus.subscribe(topics);
      await Promise.all(topics.slice(0, 500).map((topic) => from.say(topic, "here")));
      await Promise.all(topics.slice(500).map((topic) => from.say(topic, "here")));
      await to.until("hearing all", () => to.heard.length >= 1000);
    },
  },
  {
    name: "subscribing twice is the same as once",
    async play({ probe }) {
      const [from, to] = [await probe(), await probe()];
      await Promise.all([to.bus.subscribe(["t", "t"]), to.bus.subscribe(["t"])]);
      await to.bus.subscribe(["t"]);
      await from.say("t", "once");
      await from.say("t", "end");
      await to.hears("t", "end");
      expect(to.on("t").join() === "once,end", `heard ${to.heard}`);
      to.bus.unsubscribe(["t"]);
      await to.bus.subscribe(["u"]);
      await from.say("t", "late");
      await from.say("u", "end");
      await to.hears("u", "end");
      expect(!to.on("t").includes("late"), "a topic that was unsubscribed was heard");
    },
  },
  {
    name: "unsubscribing what was never subscribed is nothing",
    async play({ probe }) {
      const [from, to] = [await probe(), await probe()];
      to.bus.unsubscribe(["x", "y"]);
      to.bus.unsubscribe([]);
      await to.bus.subscribe(["t"]);
      await from.say("t", "here");
      await to.hears("t", "here");
    },
  },
  {
    name: "subscribe and unsubscribe take effect in their order, within one turn too",
    async play({ probe }) {
      const [from, to] = [await probe(), await probe()];
      await to.bus.subscribe(["stays"]);
      to.bus.unsubscribe(["stays"]);
      const stays = to.bus.subscribe(["stays"]);
      const goes = to.bus.subscribe(["goes"]);
      to.bus.unsubscribe(["goes"]);
      await Promise.all([stays, goes]);
      await to.bus.subscribe(["end"]);
      await from.say("goes", "wrong");
      await from.say("stays", "right");
      await from.say("end", "end");
      await Promise.all([to.hears("stays", "right"), to.hears("end", "end")]);
      expect(to.on("goes").length === 0, "a topic that was unsubscribed was heard");
    },
  },
];
