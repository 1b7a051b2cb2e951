/** Where Node does not let us drive handles, its own sockets read for us. The same bytes must give the same result. */
import { mkdtemp, rm } from "node:fs/promises";
import * as net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { closeFrame, hex, textFrame } from "../support/frame-bytes.ts";
import { expectRow, type FrameRow, violation } from "../support/frame-rows.ts";
import { type Running, start, type TestConnection, type TestHandler } from "../support/start.ts";

vi.mock("../../src/stream-binding.ts", async (original) => ({
  ...(await original<object>()),
  streamBinding: () => undefined,
}));

const rows: FrameRow[] = [
  violation("a reserved opcode", hex("83 81 00000000 78"), 1002),
  violation("a length above the limit, then silence", hex("82 ff 0000000000100001 00000000"), 1009),
  {
    what: "three messages of three kinds around a Ping, then a Close",
    bytes: hex(
      "81 82 37fa213d 5f93  82 81 00000000 00  89 81 00000000 70  81 80 00000000 88 82 00000000 03e8",
    ),
    events: ['text "hi"', "binary 00", "ping 70", 'text ""', "closed 1000 peer"],
    answer: ['text "hi"', "binary 00", "pong 70", 'text ""', "close 1000"],
  },
];

let socket: unknown;
const handler: TestHandler = {
  open: (connection: TestConnection) => {
    socket = connection.socket;
  },
  message: (connection, data) => void connection.write(data),
};
let folder: string | undefined;

afterEach(async () => {
  if (folder !== undefined) await rm(folder, { recursive: true });
  folder = undefined;
});

const places: [string, () => Promise<Running>][] = [
  ["TCP", () => start({ handler })],
  [
    "a Unix socket",
    async () => {
      folder = await mkdtemp(join(tmpdir(), "exws-"));
      return start({ path: join(folder, "x.sock"), handler });
    },
  ],
];

describe.each(places)("over %s", (_, begin) => {
  test.each(rows)("$what", async (row) => expectRow(await begin(), row));

  test("it is the socket of Node that reads", async () => {
    const running = await begin();
    const client = await running.open();
    client.write(textFrame("hello"));
    expect(await client.frames(1)).toEqual(['text "hello"']);
    expect(socket).toBeInstanceOf(net.Socket);
    expect((socket as net.Socket).bytesRead).toBeGreaterThan(100);
    expect((socket as net.Socket).constructor.name).toBe("SharedReadSocket");
    client.write(closeFrame(1000));
    await running.empty();
  });
});
