import { describe, expect, test } from "vitest";
import { request } from "../support/http-bytes.ts";
import { start } from "../support/start.ts";

describe("what handshake() returns that is no answer", () => {
  test.each([
    ["false", false],
    ["true", true],
    ["a status", 403],
    ["a word", "no"],
    ["an object that looks like a refusal", { status: 403 }],
    ["an object that looks like reject()", { code: "no", options: { status: 403 } }],
  ])("%s never opens the connection, now or by a promise", async (_name, answer) => {
    for (const handshake of [() => answer, async () => answer]) {
      const running = await start({ handler: { handshake: handshake as never } });
      const client = await running.connect();
      client.write(request());
      expect((await client.head()).status).toBeGreaterThanOrEqual(400);
      await client.ended();
      expect(running.log.lines()).toEqual([]);
      running.takeErrors();
    }
  });
});
