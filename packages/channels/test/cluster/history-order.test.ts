import { afterEach, beforeEach, expect, test } from "vitest";
import { TestCluster } from "../support/cluster.ts";
import { FakeMember } from "../support/fake-member.ts";
import { settled } from "../support/test-clock.ts";

let cluster: TestCluster;
beforeEach(() => {
  cluster = new TestCluster();
});
afterEach(() => cluster.end());

// Seen over Redis, with a process that was cut off: "2 came behind 14".
test("an own message that is in the log and waits for another's is not overtaken by those of an outage", async () => {
  const [one, other] = await cluster.connected(2, { history: () => ({}) });
  const [paul, jessica] = [new FakeMember(), new FakeMember()];
  await one!.channels.join("arrakis", paul).done;
  await other!.channels.join("arrakis", jessica).done;
  // The first entry is not heard: what comes behind it waits.
  cluster.hub.copies = ({ to }) => (to === one!.bus ? 0 : 1);
  other!.channels.broadcast("arrakis", "theirs");
  await settled();
  const first = one!.channels.broadcast("arrakis", "own 1");
  await settled();
  expect(paul.got).toEqual([]);
  cluster.hub.stop();
  const second = one!.channels.broadcast("arrakis", "own 2");
  await settled();
  expect(paul.got).toEqual(["own 1", "own 2"]);
  expect(await first.published).toEqual({ ok: true });
  expect((await second.published).ok).toBe(false);
  expect([first.pending, second.pending]).toEqual([0, 0]);
  cluster.hub.copies = () => 1;
  cluster.hub.start();
  await cluster.clock.pass(5000);
  one!.channels.broadcast("arrakis", "own 3");
  await cluster.clock.pass(1000);
  expect(paul.got).toEqual(["own 1", "own 2", "theirs", "own 3"]);
  expect(jessica.got).toEqual(["theirs", "own 1", "own 3"]);
});
