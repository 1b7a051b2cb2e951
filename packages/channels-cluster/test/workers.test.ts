import { expect, test } from "vitest";
import { Guest, Program } from "./support/program.ts";

test("members in different workers of one machine hear each other", async () => {
  const program = await Program.start();
  const [one, other] = await Guest.both(program.port);
  one.say("from one");
  expect(await other.hears()).toBe("from one");
  other.say("from the other");
  expect(await one.hears()).toBe("from the other");
});

test("a worker that is killed: the others are unaffected, its subscriptions vanish, its successor hears again", async () => {
  const program = await Program.start();
  const [one, other] = await Guest.both(program.port);
  const before = await program.stats();
  expect(before["connections"]).toBe(2);
  process.kill(one.pid, "SIGKILL");
  await one.ended;
  const { pid } = await program.next(
    "ready",
    (line) => ![one.pid, other.pid].includes(line["pid"] as number),
  );
  let again = await Guest.enter(program.port);
  while (again.pid !== pid) again = await Guest.enter(program.port);
  again.say("back");
  expect(await other.hears()).toBe("back");
  other.say("welcome");
  expect(await again.hears()).toBe("welcome");
  expect((await program.stats())["connections"]).toBe(2);
});

test("a worker that is frozen costs the primary no more than the buffer: what is dropped is counted, and noticed as a gap", async () => {
  const buffer = 262_144;
  const program = await Program.start({ buffer });
  const [one, other] = await Guest.both(program.port);
  program.freeze(other.pid);
  one.say("flood");
  expect(await one.hears()).toBe("flooded");
  const { dropped } = await program.stats();
  expect(dropped).toBeGreaterThan(0);
  program.thaw(other.pid);
  let noticed: Record<string, unknown> | undefined;
  void program.next("gap").then((line) => {
    noticed = line;
  });
  // The first of these that is not dropped shows the hole.
  while (noticed === undefined) {
    one.say("behind it");
    await program.stats();
  }
  expect(noticed["lost"]).toBeGreaterThan(0);
});

test("who comes back to another worker gets what it missed, though the worker that said it was killed", async () => {
  const program = await Program.start();
  const [one, other] = await Guest.both(program.port);
  one.say("join null");
  const { position } = JSON.parse(await one.hears());
  expect(position).toMatchObject({ offset: 0 });
  for (const text of ["first", "second"]) {
    one.say(`news ${text}`);
    expect([await one.hears(), await one.hears()].sort()).toEqual([text, "said"].sort());
  }
  process.kill(one.pid, "SIGKILL");
  await one.ended;
  other.say(`join ${JSON.stringify(position)}`);
  expect([await other.hears(), await other.hears()]).toEqual(["first", "second"]);
  expect(JSON.parse(await other.hears())).toMatchObject({ recovered: true, position: { offset: 2 } });
});

test("SIGTERM ends all: the relay keeps nobody", async () => {
  const program = await Program.start();
  const guests = await Guest.both(program.port);
  program.process.kill("SIGTERM");
  for (const guest of guests) expect(await guest.ended).toBe(1001);
  expect(await program.exited).toBe(0);
});
