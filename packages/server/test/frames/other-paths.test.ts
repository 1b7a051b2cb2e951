/** The own TCP port reads through a shared buffer; all else reads by events. The same bytes must give the same result. */
import { mkdtemp, rm } from "node:fs/promises";
import { createServer as createHttps } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, test } from "vitest";
import type { Server } from "../../src/index.ts";
import { cert, key } from "../support/certificate.ts";
import { closeFrame, hex } from "../support/frame-bytes.ts";
import { expectRow, type FrameRow, violation } from "../support/frame-rows.ts";
import { attached, startHttp } from "../support/http-server.ts";
import { type Running, type State, start, type TestHandler } from "../support/start.ts";

const closing = "88 82 00000000 03e8";

const rows: FrameRow[] = [
  violation("a reserved opcode", hex("83 81 00000000 78"), 1002),
  {
    what: "an unmasked frame behind a good one",
    bytes: hex("81 81 00000000 61  81 01 62"),
    events: ['text "a"', "closed 1002 protocol"],
    answer: ['text "a"', "close 1002"],
  },
  violation("a length that is not minimal", hex("82 fe 0001 00000000 61"), 1002),
  violation("a length above the limit, then silence", hex("82 ff 0000000000100001 00000000"), 1009),
  violation("bad UTF-8 in the second fragment", hex("01 81 00000000 61  80 81 00000000 ff"), 1007),
  violation("a close code that may not be sent", closeFrame(1005), 1002),
  {
    what: "a fragmented message around a Ping",
    bytes: hex(`01 81 01020304 60  89 81 00000000 70  80 81 00000000 62 ${closing}`),
    events: ["ping 70", 'text "ab"', "closed 1000 peer"],
    answer: ["pong 70", 'text "ab"', "close 1000"],
  },
  {
    what: "three messages of three kinds, then a Close",
    bytes: hex(`81 82 37fa213d 5f93  82 81 00000000 00  81 80 00000000 ${closing}`),
    events: ['text "hi"', "binary 00", 'text ""', "closed 1000 peer"],
    answer: ['text "hi"', "binary 00", 'text ""', "close 1000"],
  },
];

const handler: TestHandler = { message: (connection, data) => void connection.write(data) };

const secured = { tls: { ca: cert, servername: "localhost" } };
let folder: string | undefined;

afterEach(async () => {
  if (folder !== undefined) await rm(folder, { recursive: true });
  folder = undefined;
});

const paths: [where: string, begin: () => Promise<Running<Server<State>>>][] = [
  [
    "a Unix socket",
    async () => {
      folder = await mkdtemp(join(tmpdir(), "exws-"));
      return start({ path: join(folder, "x.sock"), handler });
    },
  ],
  ["TLS on the own port", async () => withClient(await start({ tls: { key, cert }, handler }))],
  ["node:http", async () => attached(await startHttp(), { handler })],
  [
    "node:https",
    async () => withClient(attached(await startHttp(undefined, createHttps({ key, cert })), { handler })),
  ],
];

function withClient<Kind extends Running<Server<State>>>(running: Kind): Kind {
  running.clientOptions = secured;
  return running;
}

describe.each(paths)("over %s", (_, begin) => {
  test.each(rows)("$what", async (row) => expectRow(await begin(), row));
});
