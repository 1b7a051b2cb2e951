import { createServer as createHttps } from "node:https";
import { describe, expect, test } from "vitest";
import { createServer } from "../../src/index.ts";
import { cert, key } from "../support/certificate.ts";
import { EventLog } from "../support/event-log.ts";
import { closeFrame, textFrame } from "../support/frame-bytes.ts";
import { gate } from "../support/gate.ts";
import { request } from "../support/http-bytes.ts";
import { attached, connectHttp, portOf, startHttp } from "../support/http-server.ts";
import { RawClient, turn } from "../support/raw-client.ts";
import { Running, recording, type State, track } from "../support/start.ts";

describe("handleUpgrade", () => {
  test("takes what an upgrade listener of the application hands over", async () => {
    const http = await startHttp();
    const log = new EventLog();
    const server = createServer<State>({
      handler: recording(log, { message: (connection, data) => void connection.write(data) }),
    });
    const running = track(new Running(server, log, []));
    http.on("upgrade", (incoming, socket, head) => server.handleUpgrade(incoming, socket, head));
    const client = await connectHttp(http);
    client.write(Buffer.concat([request(), textFrame("early")]));
    expect((await client.head()).status).toBe(101);
    expect(await client.frames(1)).toEqual(['text "early"']);
    expect(running.size).toBe(1);
    client.write(closeFrame(1000));
    expect(await client.framesToEnd()).toEqual(["close 1000"]);
    await log.next("closed");
  });

  test("handed over twice, a socket stays with the first", async () => {
    const http = await startHttp();
    const log = new EventLog();
    const handler = recording(log, { message: (connection, data) => void connection.write(data) });
    const first = createServer<State>({ handler });
    const second = createServer<State>({ handler: { message: () => {} } });
    const running = track(new Running(first, log, []));
    http.on("upgrade", (incoming, socket, head) => {
      for (const server of [first, first, second]) server.handleUpgrade(incoming, socket, head);
    });
    const client = await connectHttp(http);
    client.write(Buffer.concat([request(), textFrame("hi"), closeFrame(1000)]));
    expect((await client.head()).status).toBe(101);
    expect(await client.framesToEnd()).toEqual(['text "hi"', "close 1000"]);
    await log.next("closed");
    expect([running.size, first.stats().accepted, second.stats().accepted]).toEqual([0, 1, 0]);
    await second.close();
  });

  test("a socket that is gone by then is no error", async () => {
    const http = await startHttp();
    const log = new EventLog();
    const server = createServer<State>({ handler: recording(log, {}) });
    track(new Running(server, log, []));
    const handed = gate();
    http.on("upgrade", (incoming, socket, head) => {
      socket.destroy();
      server.handleUpgrade(incoming, socket, head);
      handed.resolve();
    });
    const client = await connectHttp(http);
    client.write(request());
    await handed.promise;
    await turn();
    expect(log.lines()).toEqual([]);
  });
});

describe("behind node:https", () => {
  test("upgrades over TLS, and the same origin is https", async () => {
    const http = await startHttp(undefined, createHttps({ key, cert }));
    const running = attached(http, {
      handler: { message: (connection, data) => void connection.write(data) },
    });
    const client = await RawClient.open(
      { port: portOf(http) },
      request({ add: ["Origin: https://exws.test"] }),
      {
        tls: { ca: cert, servername: "localhost" },
      },
    );
    client.write(Buffer.concat([textFrame("hi"), closeFrame(4000)]));
    expect(await client.framesToEnd()).toEqual(['text "hi"', "close 4000"]);
    await running.log.next("closed");
  });
});
