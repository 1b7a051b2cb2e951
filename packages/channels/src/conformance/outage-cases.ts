import type { CaseDefinition, Scene } from "./bus-case.ts";
import { expect, expectRejection, type Probe, within } from "./probe.ts";

async function stopped({ setup }: Scene, ...probes: Probe[]): Promise<void> {
  await setup.stop!();
  await Promise.all(
    probes.map((each) => each.until("being told of down", () => each.states.at(-1) === "down", 12_000)),
  );
}

/** Starts the engine; every bus has to be up within 5 s of that. */
async function started({ setup }: Scene, ...probes: Probe[]): Promise<void> {
  await setup.start!();
  await Promise.all(
    probes.map((each) => each.until("being told of up", () => each.states.at(-1) === "up", 5000)),
  );
}

/** The engine is gone for a while. */
export const outageCases: readonly CaseDefinition[] = [
  {
    name: "while the engine is gone publish rejects at once; when it is back all goes on by itself",
    needs: ["stop"],
    async play(scene) {
      const [from, to] = [await scene.probe(), await scene.probe()];
      await to.bus.subscribe(["t", "gone"]);
      await stopped(scene, from, to);
      to.bus.unsubscribe(["gone"]);
      for (let i = 0; i < 3; i++) {
        await within(500, "a rejection", expectRejection(from.say("t", "lost"), "unavailable"));
      }
      const late = to.bus.subscribe(["u"]);
      await started(scene, from, to);
      await within(1000, "the subscription", late);
      await from.say("gone", "wrong");
      await from.say("u", "right");
      await from.say("t", "right");
      await Promise.all([to.hears("t", "right"), to.hears("u", "right")]);
      expect(to.on("t").join() === "right", `heard ${to.heard}`);
      expect(to.on("gone").length === 0, "a topic that was unsubscribed was heard");
      for (const each of [from, to]) expect(each.states.join() === "down,up", `told ${each.states}`);
    },
  },
  {
    name: "opening while the engine is gone rejects, and connects by itself when it is there",
    needs: ["stop"],
    async play(scene) {
      const [bus, other] = [await scene.unopened(), await scene.unopened()];
      await scene.setup.stop!();
      try {
        await within(10_000, "opening", expectRejection(bus.open(), "unavailable"));
        await within(10_000, "opening", expectRejection(other.open(), "unavailable"));
        await within(500, "a rejection", expectRejection(bus.say("t", "lost"), "unavailable"));
      } finally {
        await scene.setup.start!();
      }
      const subscribed = bus.bus.subscribe(["t"]);
      await bus.until("being told of up", () => bus.states.length > 0, 5000);
      await other.until("being told of up", () => other.states.length > 0, 5000);
      await within(1000, "the subscription", subscribed);
      await other.say("t", "right");
      await bus.hears("t", "right");
      expect(bus.states.join() === "up", `told ${bus.states}`);
    },
  },
  {
    name: "a bus can be closed while the engine is gone: what waits is rejected",
    needs: ["stop"],
    async play(scene) {
      const probe = await scene.probe();
      await stopped(scene, probe);
      try {
        const waiting = expectRejection(probe.bus.subscribe(["t"]), "closed");
        await within(2000, "closing", probe.bus.close());
        await within(500, "a rejection", waiting);
        await expectRejection(probe.say("t", "lost"), "closed");
      } finally {
        await scene.setup.start!();
      }
      const [from, to] = [await scene.probe(), await scene.probe()];
      await to.bus.subscribe(["t"]);
      await from.say("t", "here");
      await to.hears("t", "here");
      expect(probe.states.join() === "down", `a closed bus told ${probe.states}`);
    },
  },
];
