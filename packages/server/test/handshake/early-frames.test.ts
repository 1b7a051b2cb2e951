import { describe, expect, test } from "vitest";
import { hex } from "../support/frame-bytes.ts";
import { gate } from "../support/gate.ts";
import { request } from "../support/http-bytes.ts";
import { turn } from "../support/raw-client.ts";
import { start, type TestHandler } from "../support/start.ts";

/** Frames "1", "2", "3", each with the zero masking key. */
const one = hex("81 81 00000000 31");
const three = Buffer.concat([one, hex("81 81 00000000 32"), hex("81 81 00000000 33")]);

const later = async (): Promise<void> => {
  for (let i = 0; i < 5; i++) await turn();
};

const handlers: [when: string, handler: TestHandler][] = [
  ["a handler without handshake or open", {}],
  ["an async handshake", { handshake: later }],
  ["an async open", { open: later }],
  ["an async handshake and an async open", { handshake: later, open: later }],
];

describe.each(handlers)("bytes in the handshake's own segment, with %s", (_, handler) => {
  test.each([
    ["H110 one frame", one, ["open", 'text "1"']],
    ["H111 three frames", three, ["open", 'text "1"', 'text "2"', 'text "3"']],
  ])("%s is delivered once, in order, after open", async (_name, frames, lines) => {
    const running = await start({ handler });
    const client = await running.connect();
    client.write(Buffer.concat([request(), frames]));
    expect((await client.head()).status).toBe(101);
    for (let i = 1; i < lines.length; i++) await running.log.next("text");
    expect(running.log.lines()).toEqual(lines);
  });

  test("H112 half a frame is kept until the rest of it comes", async () => {
    for (let cut = 1; cut < one.length; cut++) {
      const running = await start({ handler });
      const client = await running.connect();
      client.write(Buffer.concat([request(), one.subarray(0, cut)]));
      await client.head();
      await running.log.next("open");
      await turn();
      client.write(one.subarray(cut));
      await running.log.next("text");
      expect(running.log.lines()).toEqual(["open", 'text "1"']);
    }
  });

  test("the handshake and the frames cut at every byte arrive the same", async () => {
    const running = await start({ handler });
    const bytes = Buffer.concat([request(), three]);
    for (let cut = request().length - 3; cut < bytes.length; cut++) {
      running.log.clear();
      const client = await running.connect();
      await client.writeCut(bytes, cut);
      for (let i = 0; i < 3; i++) await running.log.next("text");
      expect(running.log.lines()).toEqual(["open", 'text "1"', 'text "2"', 'text "3"']);
      client.destroy();
      await running.log.next("closed");
    }
  });
});

describe("frames that come while the handshake is being decided", () => {
  test("a frame sent while handshake() waits is delivered after open", async () => {
    const busy = gate();
    const running = await start({ handler: { handshake: () => busy.promise } });
    const client = await running.connect();
    client.write(request());
    await running.log.next("handshake");
    client.write(one);
    await turn();
    expect(running.log.lines()).toEqual([]);
    expect(client.unread.length, "nothing is written before the decision").toBe(0);
    busy.resolve();
    await running.log.next("text");
    expect(running.log.lines()).toEqual(["open", 'text "1"']);
  });

  test("a frame sent while open() waits is delivered when it settled", async () => {
    const busy = gate();
    const running = await start({ handler: { open: () => busy.promise } });
    const client = await running.open();
    client.write(one);
    await running.log.next("open");
    await turn();
    expect(running.log.lines()).toEqual(["open"]);
    busy.resolve();
    await running.log.next("text");
  });

  test("a malformed frame in the handshake's segment fails the connection after open", async () => {
    const running = await start();
    const client = await running.connect();
    client.write(Buffer.concat([request(), one, hex("83 80 00000000")]));
    expect((await client.head()).status).toBe(101);
    expect(await client.framesToEnd()).toEqual(["close 1002"]);
    await running.log.next("closed");
    expect(running.log.lines()).toEqual(["open", 'text "1"', "closed 1002 protocol"]);
  });

  test("what the server writes in open() comes after the 101", async () => {
    const running = await start({ handler: { open: (connection) => void connection.write("hello") } });
    const client = await running.connect();
    client.write(request());
    expect((await client.head()).status).toBe(101);
    expect(await client.frames(1)).toEqual(['text "hello"']);
  });
});
