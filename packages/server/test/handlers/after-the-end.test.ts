import { describe, expect, test } from "vitest";
import { text } from "../../src/index.ts";
import { closeFrame, textFrame } from "../support/frame-bytes.ts";
import type { RawClient } from "../support/raw-client.ts";
import { start, type TestConnection, type TestHandler } from "../support/start.ts";

type Open = { client: RawClient; connection: TestConnection; closed: () => Promise<unknown> };

async function opened(handler: TestHandler = {}): Promise<Open> {
  const running = await start({ handler });
  const client = await running.open();
  const connection = (await running.log.next("open")).connection as TestConnection;
  return { client, connection, closed: () => running.log.next("closed") };
}

describe("after the end", () => {
  test("write, ping, pong and close say closed and do not throw, however the connection ended", async () => {
    for (const end of ["reset", "fin", "close"] as const) {
      const { client, connection, closed } = await opened();
      if (end === "close") client.write(closeFrame(1000));
      else client[end]();
      await closed();
      expect([connection.write("x"), connection.ping(), connection.pong(), connection.close(4000)]).toEqual([
        "closed",
        "closed",
        "closed",
        "closed",
      ]);
      expect(connection.write(text("x"))).toBe("closed");
      connection.terminate();
      connection.pause();
      connection.resume();
      await connection.drained();
      expect(connection.readyState).toBe("closed");
      expect(connection.remoteAddress).toBe("127.0.0.1");
      expect(connection.protocol).toBe("");
      expect(connection.bufferedAmount).toBe(0);
    }
  });

  test("writing in a loop while the peer is reset never throws", async () => {
    const { client, connection, closed } = await opened();
    const results = new Set<string>();
    client.write(textFrame("x"));
    client.reset();
    const loop = setInterval(() => results.add(connection.write("y")), 0);
    await closed();
    results.add(connection.write("z"));
    clearInterval(loop);
    expect(results).toContain("closed");
  });
});
