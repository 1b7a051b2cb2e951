import * as cluster from "@exws/channels-cluster";
import { expect, test } from "vitest";

test("the public surface is this, and no more", () => {
  expect(Object.keys(cluster).sort()).toEqual(["clusterBus", "relay"]);
});
