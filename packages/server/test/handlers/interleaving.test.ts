/** Replies of one turn share a buffer between connections: whatever is written to whom, everybody gets exactly his own. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { text } from "../../src/index.ts";
import { closeFrame, describe as lineOf, readFrame, textFrame } from "../support/frame-bytes.ts";
import { request } from "../support/http-bytes.ts";
import type { RawClient } from "../support/raw-client.ts";
import { type Running, start, type TestConnection } from "../support/start.ts";

type Write = { to: number; kind: "text" | "binary" | "prepared" | "ping"; size: number };

const write = fc.record<Write>({
  to: fc.nat(3),
  kind: fc.constantFrom("text", "binary", "prepared", "ping"),
  size: fc.oneof(
    { weight: 6, arbitrary: fc.nat(130) },
    { weight: 2, arbitrary: fc.nat(20_000) },
    { weight: 1, arbitrary: fc.constantFrom(16_383, 16_384, 32_767, 32_768, 65_535, 65_536, 100_000) },
  ),
});

/** Sends one write and returns how the peer must see it. */
function send(connection: TestConnection, { kind, size }: Write, serial: number): string {
  const data = `${serial} `.padEnd(size, "\u00e4").slice(0, Math.max(size, `${serial} `.length));
  if (kind === "text") connection.write(data);
  else if (kind === "prepared") connection.write(text(data));
  else if (kind === "binary") connection.write(Buffer.from(data));
  else connection.ping(`${serial}`);
  if (kind === "ping") return `ping ${Buffer.from(`${serial}`).toString("hex")}`;
  const opcode = kind === "binary" ? 2 : 1;
  return lineOf({ fin: true, opcode, payload: Buffer.from(data) }) + digest(Buffer.from(data));
}

const digest = (payload: Buffer): string =>
  ` #${payload.reduce((sum, octet, i) => (sum + octet * (i % 251)) | 0, 0)}`;

async function received(client: RawClient, count: number): Promise<string[]> {
  const lines: string[] = [];
  while (lines.length < count) {
    const sent = await client.take(readFrame, `frame ${lines.length} of ${count}`);
    lines.push(lineOf(sent) + (sent.opcode === 9 ? "" : digest(sent.payload)));
  }
  return lines;
}

async function crowd(running: Running): Promise<{ clients: RawClient[]; connections: TestConnection[] }> {
  const clients: RawClient[] = [];
  const connections: TestConnection[] = [];
  for (let i = 0; i < 4; i++) {
    clients.push(await running.open());
    connections.push((await running.log.next("open")).connection as TestConnection);
  }
  return { clients, connections };
}

describe("writes to several connections in one turn", () => {
  test.each([
    ["all peers read", false],
    ["one peer begins to read later", true],
  ])("arrive whole and in order, %s", async (_, late) => {
    let plan: Write[] = [];
    let expected: string[][] = [];
    let connections: TestConnection[] = [];
    const carryOut = (): void => {
      for (const [i, entry] of plan.entries())
        expected[entry.to]!.push(send(connections[entry.to]!, entry, i));
    };
    const running = await start({
      limits: { hardBuffer: 100_000_000 },
      handler: {
        message() {
          carryOut();
        },
      },
    });
    const all = await crowd(running);
    connections = all.connections;
    if (late) all.clients[1]!.pause();
    const owed: string[] = [];
    await fc.assert(
      fc.asyncProperty(
        fc.array(write, { maxLength: 40 }),
        fc.nat(3),
        fc.boolean(),
        async (writes, from, inside) => {
          plan = writes;
          expected = [[], [], [], []];
          if (inside) {
            // From within a callback of one of them, three times in one segment.
            all.clients[from]!.write(Buffer.concat([textFrame("a"), textFrame("b"), textFrame("c")]));
            for (let i = 0; i < 3; i++) await running.log.next("text");
          } else {
            carryOut();
          }
          for (const [i, client] of all.clients.entries()) {
            if (late && i === 1) owed.push(...expected[i]!);
            else expect(await received(client, expected[i]!.length)).toEqual(expected[i]);
          }
        },
      ),
      { numRuns: 150 },
    );
    all.clients[1]!.resume();
    expect(await received(all.clients[1]!, owed.length)).toEqual(owed);
    for (const client of all.clients) expect(client.unread.length).toBe(0);
  });

  test("a callback may end any connection, its own too, in the middle of a segment", async () => {
    let connections: TestConnection[] = [];
    const running = await start({
      handler: {
        message(connection, data) {
          connection.write("before");
          for (const other of connections) {
            other.write("to all");
            if (data === "terminate") other.terminate();
            else other.close(4000);
            other.write("too late");
          }
        },
      },
    });
    for (const how of ["terminate", "close"]) {
      const all = await crowd(running);
      connections = all.connections;
      all.clients[0]!.write(Buffer.concat([textFrame(how), textFrame("never delivered")]));
      const lines = await Promise.all(
        all.clients.map(async (client) => (how === "close" ? client.politeEnd() : client.framesToEnd())),
      );
      for (let i = 0; i < 4; i++) await running.log.next("closed");
      if (how === "close")
        expect(lines).toEqual(
          lines.map((_, i) => [...(i === 0 ? ['text "before"'] : []), 'text "to all"', "close 4000"]),
        );
      expect(lines.flat()).not.toContain('text "too late"');
    }
    expect(running.log.count("text")).toBe(2);
  });

  test("drained may write again, pause, close and terminate", async () => {
    for (const last of ["close", "terminate", "pause"] as const) {
      let rounds = 0;
      const fill = (connection: TestConnection): void => {
        while (connection.write(Buffer.alloc(30_000)) === "sent");
      };
      const running = await start({
        limits: { hardBuffer: 10_000_000 },
        handler: {
          open: fill,
          drained(connection) {
            if (++rounds < 20) fill(connection);
            else if (last === "close") connection.close(4000);
            else connection[last]();
          },
        },
      });
      const client = await running.open();
      for (let i = 0; i < 20; i++) await running.log.next("drained");
      if (last === "close") client.write(closeFrame(4000));
      if (last === "pause") client.destroy();
      else await client.ended();
      if (last === "pause") ((await running.log.next("open")).connection as TestConnection).resume();
      await running.log.next("closed");
    }
  });

  test("pause() in open holds back what came with the handshake too", async () => {
    const running = await start({ handler: { open: (connection) => connection.pause() } });
    const client = await running.connect();
    client.write(Buffer.concat([request(), textFrame("a"), textFrame("b"), textFrame("c").subarray(0, 3)]));
    const connection = (await running.log.next("open")).connection as TestConnection;
    await client.head();
    client.write(textFrame("c").subarray(3));
    for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
    expect(running.log.lines()).toEqual(["open"]);
    connection.resume();
    for (const data of ["a", "b", "c"]) expect((await running.log.next("text")).value).toBe(data);
  });
});
