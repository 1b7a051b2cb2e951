import { expect, test } from "vitest";
import { FakeWorld } from "../../test/support/fake-world.ts";
import { Typists } from "./typists.ts";

test("somebody counts as typing for five seconds after the last word of it", () => {
  const world = new FakeWorld();
  let changes = 0;
  const typists = new Typists(world, () => changes++);
  typists.add("paul");
  world.pass(3_000);
  typists.add("chani");
  typists.add("paul");
  world.pass(4_999);
  expect(typists.ids).toEqual(["paul", "chani"]);
  world.pass(1);
  expect(typists.ids).toEqual([]);
  expect(changes).toBe(2);
});

test("who has said it, and who is gone, is not typing any more", () => {
  const world = new FakeWorld();
  const typists = new Typists(world, () => {});
  typists.add("paul");
  typists.add("chani");
  typists.remove("paul");
  expect(typists.ids).toEqual(["chani"]);
  typists.clear();
  expect([typists.ids, world.timers]).toEqual([[], 0]);
});
