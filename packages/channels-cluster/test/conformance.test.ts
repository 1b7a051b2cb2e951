import { busCases } from "@exws/channels/conformance";
import { afterAll, beforeAll, test } from "vitest";
import { clusterBus } from "../src/index.ts";
import { RelayProcess } from "./support/relay-process.ts";

const relay = new RelayProcess();
beforeAll(() => relay.start());
afterAll(() => relay.stop());

test.each(busCases.map((each) => [each.name, each] as const))("%s", async (_, { run }) => {
  await run({
    create: (prefix) => clusterBus({ prefix, path: relay.path, heartbeat: { interval: 300, timeout: 700 } }),
    stop: () => relay.stop(),
    start: () => relay.start(),
    freeze: () => relay.freeze(),
    thaw: () => relay.thaw(),
    cut: () => relay.cut(),
  });
});
