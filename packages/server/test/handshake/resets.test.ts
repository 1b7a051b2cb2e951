import { describe, expect, test } from "vitest";
import { Child } from "../support/child.ts";
import { frame, hex, textFrame } from "../support/frame-bytes.ts";
import { gate } from "../support/gate.ts";
import { request } from "../support/http-bytes.ts";
import { type RawClient, turn } from "../support/raw-client.ts";
import { start } from "../support/start.ts";

const slow = request({ line: "GET /slow HTTP/1.1" });

/** Moments at which a peer may vanish; each is tried with a RST and with a bare FIN. */
const moments: [when: string, reach: (client: RawClient) => Promise<unknown> | unknown][] = [
  ["before any byte", () => {}],
  ["in the middle of the request", (client) => client.write(request().subarray(0, 40))],
  ["right after the request", (client) => client.write(request())],
  ["right after a malformed request", (client) => client.write(request({ without: ["Host"] }))],
  [
    "while an async handshake is being decided",
    async (client) => {
      client.write(slow);
      await turn();
    },
  ],
  [
    "between the 101 and the first frame",
    async (client) => {
      client.write(request());
      await client.head();
    },
  ],
  [
    "right behind a frame in the handshake's segment",
    (client) => client.write(Buffer.concat([request(), textFrame("x")])),
  ],
  [
    "in the middle of a frame",
    async (client) => {
      client.write(Buffer.concat([request(), frame({ opcode: 2, claimed: 1000n })]));
      await client.head();
    },
  ],
  [
    "while the server writes a large reply",
    async (client) => {
      client.write(Buffer.concat([request(), textFrame("x".repeat(900_000))]));
      await client.head();
    },
  ],
  [
    "right behind its own Close frame",
    async (client) => {
      client.write(Buffer.concat([request(), frame({ opcode: 8 })]));
      await client.head();
    },
  ],
  [
    "right behind a malformed frame",
    async (client) => {
      client.write(Buffer.concat([request(), hex("ff 80 00000000")]));
      await client.head();
    },
  ],
];

describe("a peer that vanishes, with an application that sets no listener at all", () => {
  test("never ends the process, whatever the moment", async () => {
    const child = await Child.start("bare-server");
    for (const [, reach] of moments) {
      for (const vanish of ["reset", "fin", "destroy"] as const) {
        const clients = await Promise.all(Array.from({ length: 4 }, () => child.connect()));
        await Promise.all(clients.map((client) => reach(client)));
        for (const client of clients) client[vanish]();
      }
    }
    const survivor = await child.open(slow);
    survivor.write(textFrame("alive"));
    expect(await survivor.frames(1)).toEqual(['text "alive"']);
    survivor.destroy();
    expect(await child.ask("close")).toMatchObject({ terminated: expect.any(Number) });
    expect(await child.exited).toEqual({ code: 0, signal: null });
    expect(child.stderr).toBe("");
  });
});

describe("a peer that vanishes", () => {
  test.each(moments)("%s leaves nothing behind in the server", async (_, reach) => {
    const running = await start();
    for (const vanish of ["reset", "fin", "destroy"] as const) {
      const client = await running.connect();
      await reach(client);
      client[vanish]();
      await running.empty();
    }
    expect(running.log.count("closed")).toBe(running.log.count("open"));
  });

  test("during an async handshake: never opened, or opened and closed at once; nothing is read while it waits", async () => {
    const busy = gate();
    const running = await start({ handler: { handshake: () => busy.promise } });
    const client = await running.connect();
    client.write(request());
    await running.log.next("handshake");
    client.reset();
    await running.empty();
    busy.resolve();
    for (let i = 0; i < 5; i++) await turn();
    await running.empty();
    expect([[], ["open", "closed 1006 socket"]]).toContainEqual(running.log.lines());
  });

  test("during an async handshake that then rejects: the error still reaches onError or nobody, never the process", async () => {
    const busy = gate();
    const running = await start({ handler: { handshake: () => busy.promise } });
    const client = await running.connect();
    client.write(request());
    await running.log.next("handshake");
    client.reset();
    await running.empty();
    busy.reject(new Error("auth is down"));
    await turn();
    expect(running.log.lines()).toEqual([]);
    expect(running.takeErrors().length).toBeLessThanOrEqual(1);
  });
});
