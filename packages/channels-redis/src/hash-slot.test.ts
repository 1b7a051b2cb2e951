import { expect, test } from "vitest";
import { hashSlot } from "./hash-slot.ts";

// From the Redis Cluster specification, and from CLUSTER KEYSLOT of Redis 7.
test.each([
  ["123456789", 12_739],
  ["", 0],
  ["foo", 12_182],
  ["{user1000}.following", 3443],
  ["{user1000}.followers", 3443],
  ["user1000", 3443],
  ["foo{}{bar}", 8363],
  ["foo{{bar}}zap", 4015],
  ["foo{bar}{zap}", 5061],
  ["bar", 5061],
])("the slot of %j is %i", (name, slot) => {
  expect(hashSlot(name)).toBe(slot);
});
