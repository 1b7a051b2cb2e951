import { expect, test } from "vitest";
import { printed } from "./support/child.ts";

type Measured = { count: number; each: number; bytes: number; left: number };

test("a membership takes at most 200 bytes, and nearly all of it is given back", async () => {
  for (const { count, each, bytes, left } of await printed<Measured[]>("memory", "--expose-gc")) {
    const where = `${count} members in ${each} channels: ${bytes.toFixed(1)} bytes, ${left.toFixed(1)} left`;
    expect(bytes, where).toBeLessThanOrEqual(200);
    expect(bytes, where).toBeGreaterThan(50);
    expect(left, where).toBeLessThan(70);
  }
});
