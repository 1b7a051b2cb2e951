import { type BusSetup, busCases } from "@exws/channels/conformance";
import { NatsServer } from "@exws/engines";
import { connect } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, test } from "vitest";
import { natsBus } from "../src/index.ts";

describe.each(["memory", "file"] as const)("a bus over NATS whose log is kept in a %s", (storage) => {
  let server: NatsServer;
  beforeAll(async () => {
    server = await NatsServer.start();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const setup: BusSetup = {
    create: (prefix) => natsBus(connect, { servers: server.url }, { prefix, log: { storage } }),
    stop: () => server.stop(),
    start: () => server.start(),
    freeze: () => server.freeze(),
    thaw: () => server.thaw(),
    cut: () => server.cut(),
  };
  const cases = storage === "memory" ? busCases : busCases.filter(({ needs }) => needs.includes("log"));

  test.each(cases)("$name", ({ run }) => run(setup));
});
