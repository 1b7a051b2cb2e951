import { describe, expect, test } from "vitest";
import { Child } from "../support/child.ts";
import { closeFrame, readFrame, textFrame } from "../support/frame-bytes.ts";
import { RawClient } from "../support/raw-client.ts";

type End = { replies: number; code: number | undefined };

/** Keeps asking, counts the replies, and answers the server's Close as a good peer does. */
async function chat(client: RawClient): Promise<End> {
  const end: End = { replies: 0, code: undefined };
  const ask = Buffer.concat([textFrame("a"), textFrame("b"), textFrame("c")]);
  client.write(ask);
  for (;;) {
    const { opcode, payload } = await client
      .take(readFrame, "a frame")
      .catch(() => ({ opcode: -1, payload: Buffer.alloc(0) }));
    if (opcode === -1) return end;
    if (opcode === 1) {
      end.replies++;
      client.write(textFrame("again"));
    }
    if (opcode === 8) {
      end.code = payload.readUInt16BE(0);
      client.write(closeFrame(end.code));
    }
  }
}

describe("SIGTERM under load", () => {
  test.each([
    ["handlers that answer at once", 0],
    ["handlers that take 20 ms", 20],
  ])("%s: everybody gets 1001, no reply to a handled message is lost, exit 0", async (_, delay) => {
    const child = await Child.start("echo-server", { options: { delay } });
    const clients = await Promise.all(Array.from({ length: 100 }, () => child.open()));
    const chats = Promise.all(clients.map(chat));
    // Under load: every client has had a few replies.
    while ((await child.ask<{ handled: number }>("tally")).handled < 1000);
    child.process.kill("SIGTERM");
    const ends = await chats;
    const report = (await child.line()) as {
      closed: number;
      terminated: number;
      replied: number;
      errors: number;
    };
    expect(await child.exited).toEqual({ code: 0, signal: null });
    expect(ends.map(({ code }) => code)).toEqual(ends.map(() => 1001));
    expect(ends.reduce((sum, { replies }) => sum + replies, 0)).toBe(report.replied);
    expect(report).toMatchObject({ closed: 100, terminated: 0, errors: 0 });
    await expect(RawClient.connect({ port: child.port })).rejects.toThrow(/ECONNREFUSED/);
  });
});

describe("a process that stands still", () => {
  const heartbeat = { pingInterval: 1000, pingTimeout: 1000 };

  /** Answers every Ping until the end; says what the end was. */
  async function answer(client: RawClient): Promise<string> {
    for (;;) {
      const frame = await client.take(readFrame, "a frame").catch(() => undefined);
      if (frame === undefined) return "ended";
      if (frame.opcode === 9) client.write(Buffer.concat([Buffer.from([0x8a, 0x80, 0, 0, 0, 0])]));
      if (frame.opcode === 1) return frame.payload.toString();
    }
  }

  const stalls: [how: string, stall: (child: Child) => Promise<void>][] = [
    [
      "busy event loop",
      async (child) => {
        await child.ask("stall 3000");
        await child.line();
      },
    ],
    [
      "SIGSTOP and SIGCONT",
      async (child) => {
        child.process.kill("SIGSTOP");
        await new Promise((resolve) => setTimeout(resolve, 3000));
        child.process.kill("SIGCONT");
      },
    ],
  ];

  async function survive(
    stall: (child: Child) => Promise<void>,
  ): Promise<{ alive: string[]; ended: string[] }> {
    const child = await Child.start("echo-server", { options: { limits: heartbeat } });
    const clients = await Promise.all(Array.from({ length: 20 }, () => child.open()));
    const dead = await child.open();
    const answers = clients.map(answer);
    await stall(child);
    await dead.ended();
    for (const client of clients) client.write(textFrame("still here"));
    const alive = await Promise.all(answers);
    const { lines } = await child.ask<{ lines: string[] }>("tally");
    return { alive, ended: lines };
  }

  test("for 3 s, longer than the heartbeat allows: nobody who answers is dropped, the dead are", async () => {
    const ends = await Promise.all(stalls.map(([, stall]) => survive(stall)));
    const alive = Array.from({ length: 20 }, () => "still here");
    expect(ends).toEqual(stalls.map(() => ({ alive, ended: ["1006 timeout"] })));
  });
});
