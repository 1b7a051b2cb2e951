/**
 * Messages are the handler's: memory that is used again must never be theirs. The minute of it:
 * `EXWS_KEEP_SECONDS=60 vitest run packages/server/test/handlers/keeping`.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type { Server } from "../../src/index.ts";
import { cert, key } from "../support/certificate.ts";
import { attached, startHttp } from "../support/http-server.ts";
import { Keeper, keepEverything, roomy } from "../support/kept-messages.ts";
import { type Running, type State, start, type TestHandler } from "../support/start.ts";

const seconds = Number(process.env["EXWS_KEEP_SECONDS"] ?? 0);
let folder: string | undefined;

afterEach(async () => {
  if (folder !== undefined) await rm(folder, { recursive: true });
  folder = undefined;
});

const paths: [where: string, begin: (handler: TestHandler) => Promise<Running<Server<State>>>][] = [
  ["TCP on the own port", (handler) => start({ ...roomy, handler })],
  [
    "a Unix socket",
    async (handler) => {
      folder = await mkdtemp(join(tmpdir(), "exws-"));
      return start({ ...roomy, path: join(folder, "x.sock"), handler });
    },
  ],
  [
    "TLS on the own port",
    async (handler) => {
      const running = await start({ ...roomy, tls: { key, cert }, handler });
      running.clientOptions = { tls: { ca: cert, servername: "localhost" } };
      return running;
    },
  ],
  ["node:http", async (handler) => attached(await startHttp(), { limits: roomy.limits!, handler })],
];

describe.each(paths)("over %s", (_, begin) => {
  test("a handler that keeps every message sees none of them change", {
    timeout: 30_000 + seconds * 2_000,
  }, async () => {
    const keeper = new Keeper();
    await keepEverything(await begin(keeper.handler), keeper, 3, seconds);
    expect(keeper.pings.length).toBeGreaterThan(20);
    for (const payload of keeper.pings) expect(Buffer.from(payload).toString()).toMatch(/^ping \d+$/);
    expect(keeper.pinned, "memory that a message holds on to beyond its own").toBeLessThanOrEqual(65_536);
  });
});
