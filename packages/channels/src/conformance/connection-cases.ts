import type { CaseDefinition } from "./bus-case.ts";
import { expect, expectRejection, within } from "./probe.ts";

/** The end of a bus, and connections that are cut while the engine runs. */
export const connectionCases: readonly CaseDefinition[] = [
  {
    name: "a bus that is closed takes nothing more, and says so",
    async play({ probe }) {
      const [from, to, other] = [await probe(), await probe(), await probe()];
      await to.bus.subscribe(["t"]);
      await within(2000, "closing", to.bus.close());
      await within(2000, "closing again", to.bus.close());
      await expectRejection(to.say("t", "hello"), "closed");
      await expectRejection(to.bus.subscribe(["u"]), "closed");
      to.bus.unsubscribe(["t"]);
      const heard = to.heard.length;
      const outcome = await other.bus.subscribe(["t"]);
      expect(outcome === undefined, "subscribe resolves with nothing");
      await from.say("t", "later");
      await other.hears("t", "later");
      expect(to.heard.length === heard && to.states.length === 0, "a closed bus told something");
    },
  },
  {
    name: "a bus may be closed before it was opened",
    async play({ unopened }) {
      const { bus } = await unopened();
      await within(2000, "closing", bus.close());
      await expectRejection(bus.publish("t", Uint8Array.of(1)), "closed");
    },
  },
  {
    name: "up is told by open alone, and not again",
    async play({ probe }) {
      const one = await probe();
      await one.bus.subscribe(["t"]);
      await one.say("t", "hello");
      expect(one.states.length === 0, `told ${one.states}`);
    },
  },
  {
    name: "a connection that is cut comes back within 5 s: down, then up, with all subscriptions, and no duplicates",
    needs: ["cut"],
    async play({ setup, probe }) {
      const [from, to] = [await probe(), await probe()];
      await to.bus.subscribe(["t", "u", "gone"]);
      to.bus.unsubscribe(["gone"]);
      await from.say("t", "before");
      await to.hears("t", "before");
      await setup.cut!();
      await Promise.all(
        [from, to].map((each) =>
          each.until("being told of down and up", () => each.states.length === 2, 5000),
        ),
      );
      // Straight after up: everything that should be subscribed is.
      await from.say("t", "after");
      await from.say("u", "after");
      await from.say("gone", "wrong");
      await from.say("t", "end");
      await Promise.all([to.hears("t", "end"), to.hears("u", "after")]);
      expect(to.on("t").join() === "before,after,end", `heard ${to.heard}`);
      expect(to.on("gone").length === 0, "a topic that was unsubscribed was heard");
      for (const each of [from, to]) expect(each.states.join() === "down,up", `told ${each.states}`);
    },
  },
  {
    name: "connections that are cut again and again come back each time, and messages published meanwhile keep their order",
    needs: ["cut"],
    async play({ setup, probe }) {
      const [from, to] = [await probe(), await probe()];
      await to.bus.subscribe(["t"]);
      let next = 0;
      const outcomes: Promise<string>[] = [];
      for (let round = 1; round <= 3; round++) {
        for (let i = 0; i < 20; i++) {
          outcomes.push(
            from.say("t", `${next++}`).then(
              () => "resolved",
              (error) => error.code,
            ),
          );
        }
        await setup.cut!();
        await Promise.all(
          [from, to].map((each) =>
            each.until(
              "coming back",
              () => each.states.filter((state) => state === "up").length >= round,
              5000,
            ),
          ),
        );
      }
      await from.say("t", "end");
      await to.hears("t", "end");
      const heard = to.on("t").slice(0, -1).map(Number);
      expect(
        heard.every((each, i) => i === 0 || each > heard[i - 1]!),
        `heard ${heard}`,
      );
      const codes = await Promise.all(outcomes);
      expect(
        codes.every((code) => code === "resolved" || code === "unavailable"),
        `rejected with ${codes}`,
      );
      expect(
        to.states.every((state, i) => state === (i % 2 === 0 ? "down" : "up")),
        `told ${to.states}`,
      );
    },
  },
];
