import type { CaseDefinition } from "./bus-case.ts";
import { expect } from "./probe.ts";

/** The engine answers no more, while its connections stay. */
export const freezeCases: readonly CaseDefinition[] = [
  {
    name: "a frozen engine is noticed within 10 s, what waits for it is bounded, and all goes on within 5 s of its return",
    needs: ["freeze"],
    async play({ setup, probe }) {
      const [from, to] = [await probe(), await probe()];
      await to.bus.subscribe(["t"]);
      await from.say("t", "before");
      await to.hears("t", "before");
      await setup.freeze!();
      const payload = new Uint8Array(Math.min(from.bus.maxPayload, 65_536));
      const codes: string[] = [];
      let settled = 0;
      // 256 MiB: nobody keeps that for an engine that does not answer.
      const count = Math.ceil((256 * 1_048_576) / payload.length);
      for (let i = 0; i < count; i++) {
        from.bus.publish("x", payload).then(
          () => settled++,
          (error) => {
            settled++;
            codes.push(error.code);
          },
        );
      }
      try {
        await Promise.all(
          [from, to].map((each) => each.until("noticing it", () => each.states.length > 0, 12_000)),
        );
      } finally {
        await setup.thaw!();
      }
      await Promise.all(
        [from, to].map((each) => each.until("coming back", () => each.states.at(-1) === "up", 5000)),
      );
      expect(codes.includes("overloaded"), `nothing was refused as overloaded: ${[...new Set(codes)]}`);
      const known = codes.every((code) => code === "overloaded" || code === "unavailable");
      expect(known, `rejected with ${[...new Set(codes)]}`);
      await from.say("t", "end");
      await to.hears("t", "end");
      expect(to.on("t").join() === "before,end", `heard ${to.heard}`);
      expect(settled === count, `${count - settled} promises never settled`);
    },
  },
  {
    name: "a short freeze delays: what is not rejected arrives, in order, once",
    needs: ["freeze"],
    async play({ setup, probe }) {
      const [from, to] = [await probe(), await probe()];
      await to.bus.subscribe(["t"]);
      await setup.freeze!();
      const all = Array.from({ length: 100 }, (_, i) => `${i}`);
      const outcomes = all.map((each) =>
        from.say("t", each).then(
          () => each,
          () => undefined,
        ),
      );
      await setup.thaw!();
      const accepted = (await Promise.all(outcomes)).filter((each) => each !== undefined);
      await from.say("t", "end");
      await to.hears("t", "end");
      expect(from.states.length > 0 || accepted.length === 100, "messages were rejected without need");
      const heard = to.on("t").slice(0, -1);
      expect(
        accepted.every((each) => heard.includes(each)),
        `of ${accepted} heard ${heard}`,
      );
      const isOrdered = heard.every((each, i) => i === 0 || Number(each) > Number(heard[i - 1]));
      expect(isOrdered, `heard ${heard}`);
    },
  },
];
