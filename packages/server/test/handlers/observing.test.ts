import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { describe, expect, test } from "vitest";
import { closeFrame, hex, textFrame } from "../support/frame-bytes.ts";
import { request } from "../support/http-bytes.ts";
import { start } from "../support/start.ts";

describe("what a server tells about itself", () => {
  test("address() and url name the port that was given", async () => {
    const running = await start();
    const address = running.server.address();
    if (typeof address !== "object" || address === null) throw new Error("no address");
    expect(address.port).toBeGreaterThan(0);
    expect(running.server.url).toBe(`ws://127.0.0.1:${address.port}`);
  });

  test("stats() counts what happened, and what is open returns to nothing", async () => {
    const running = await start({ handler: { message: (connection, data) => void connection.write(data) } });
    const client = await running.open();
    client.write(textFrame("hello"));
    await client.frame();
    expect(running.server.stats()).toMatchObject({
      connections: 1,
      handshakes: 0,
      accepted: 1,
      messagesReceived: 1,
      messagesSent: 1,
    });
    client.write(closeFrame(1000));
    await running.log.next("closed");
    const broken = await running.open();
    broken.write(hex("ff 80 00000000"));
    await running.log.next("closed");
    const refused = await running.connect();
    refused.write(request({ without: ["Host"] }));
    await refused.ended();
    await running.empty();
    const stats = running.server.stats();
    expect(stats).toMatchObject({
      connections: 0,
      handshakes: 0,
      accepted: 2,
      closed: 2,
      rejected: 1,
      violations: 1,
      errors: 0,
    });
    expect(stats.bytesReceived).toBe(textFrame("hello").length + closeFrame(1000).length + 6);
    expect(stats.bytesSent).toBeGreaterThanOrEqual(7 + 4 + 4);
  });

  test("counters balance after handshakes that were aborted, refused, late and accepted", async () => {
    const running = await start({ limits: { handshakeTimeout: 100 } });
    for (const bytes of [
      request(),
      request().subarray(0, 30),
      request({ without: ["Host"] }),
      Buffer.alloc(0),
    ]) {
      for (const vanish of ["reset", "fin", "ended"] as const) {
        const client = await running.connect();
        client.write(bytes);
        if (vanish === "ended" && bytes.length !== request().length) await client.ended();
        else if (vanish !== "ended") client[vanish]();
        client.destroy();
      }
    }
    await running.empty();
    while (running.server.stats().handshakes > 0) await new Promise((resolve) => setImmediate(resolve));
    const { connections, accepted, closed } = running.server.stats();
    expect({ connections, open: accepted - closed }).toEqual({ connections: 0, open: 0 });
  });

  test("diagnostics channels tell of connections that opened, closed, were refused, and of errors", async () => {
    const told: string[] = [];
    const names = ["exws:open", "exws:close", "exws:reject", "exws:error"];
    const listener = (_: unknown, name: string | symbol): void => void told.push(String(name));
    for (const name of names) subscribe(name, listener);
    try {
      const running = await start({
        handler: {
          message() {
            throw new Error("oh");
          },
        },
      });
      const client = await running.open();
      client.write(textFrame("x"));
      await client.politeEnd();
      await running.log.next("closed");
      const refused = await running.connect();
      refused.write(request({ without: ["Host"] }));
      await refused.ended();
      expect(running.takeErrors()).toHaveLength(1);
    } finally {
      for (const name of names) unsubscribe(name, listener);
    }
    expect(told).toEqual(["exws:open", "exws:error", "exws:close", "exws:reject"]);
  });
});
