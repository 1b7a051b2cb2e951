import { expect, test } from "vitest";
import { Channels, MemoryHub } from "../../src/index.ts";
import { FakeMember } from "../support/fake-member.ts";
import { settled, TestClock } from "../support/test-clock.ts";

test("what is broadcast on one node reaches members on another, and own members at once", async () => {
  const hub = new MemoryHub();
  const clock = new TestClock();
  const [one, other] = [1, 2].map(() => new Channels({ bus: hub.bus(), cluster: { clock } }));
  await Promise.all([one!.ready, other!.ready]);
  const [paul, jessica] = [new FakeMember(), new FakeMember()];
  one!.join("arrakis", paul);
  await other!.join("arrakis", jessica).done;
  const result = one!.broadcast("arrakis", "hello");
  expect(paul.got).toEqual(["hello"]);
  expect(result.sent).toBe(1);
  expect(await result.published).toEqual({ ok: true });
  await settled();
  expect(jessica.got).toEqual(["hello"]);
  expect(paul.got).toEqual(["hello"]);
  expect(one!.health()).toMatchObject({ bus: "up", nodes: [other!.health().node] });
  await Promise.all([one!.close(), other!.close()]);
});
