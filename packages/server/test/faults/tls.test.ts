import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { cert, key } from "../support/certificate.ts";
import { closeFrame, hex, textFrame } from "../support/frame-bytes.ts";
import { request } from "../support/http-bytes.ts";
import { RawClient, within } from "../support/raw-client.ts";
import { type Running, start, type TestOptions } from "../support/start.ts";

const secure = (options: TestOptions = {}): Promise<Running> => start({ tls: { key, cert }, ...options });
const trust = { ca: cert, servername: "localhost" };

const echo: TestOptions = { handler: { message: (connection, data) => void connection.write(data) } };

async function expectServing(running: Running): Promise<void> {
  const client = await running.open(request(), { tls: trust });
  client.write(textFrame("serving"));
  expect((await running.log.next("text")).value).toBe("serving");
  client.destroy();
}

describe("a server with TLS", () => {
  test("upgrades, echoes byte by byte, and closes with the last bytes sent", async () => {
    const running = await secure(echo);
    expect(running.server.url).toMatch(/^wss:\/\/127\.0\.0\.1:\d+$/);
    const client = await running.open(request(), { tls: trust });
    await client.writeBytewise(textFrame("secret"));
    expect(await client.frames(1)).toEqual(['text "secret"']);
    client.write(Buffer.concat([textFrame("x".repeat(300_000)), closeFrame(4000)]));
    expect(await client.framesToEnd()).toEqual(["text of 300000", "close 4000"]);
    expect((await running.log.next("closed")).value).toMatchObject({
      code: 4000,
      wasClean: true,
      by: "peer",
    });
  });

  test("frames in the handshake's own record are delivered", async () => {
    const running = await secure();
    const client = await running.connect({ tls: trust });
    client.write(Buffer.concat([request(), textFrame("early")]));
    expect((await running.log.next("text")).value).toBe("early");
  });

  test("is the same origin for https, not for http", async () => {
    const running = await secure();
    await running.open(request({ add: ["Origin: https://exws.test"] }), { tls: trust });
    const client = await running.connect({ tls: trust });
    client.write(request({ add: ["Origin: http://exws.test"] }));
    expect((await client.head()).status).toBe(403);
  });

  test("malformed handshakes and frames are answered as without TLS", async () => {
    const running = await secure();
    const refused = await running.connect({ tls: trust });
    refused.write(request({ without: ["Host"] }));
    expect((await refused.head()).status).toBe(400);
    await refused.ended();
    const broken = await running.open(request(), { tls: trust });
    broken.write(hex("ff 80 00000000"));
    expect(await broken.framesToEnd()).toEqual(["close 1002"]);
    await running.log.next("closed");
  });

  test("ALPN: http/1.1 is chosen", async () => {
    const running = await secure();
    const client = await running.connect({ tls: { ...trust, ALPNProtocols: ["h2", "http/1.1"] } });
    expect((client.socket as unknown as { alpnProtocol: string }).alpnProtocol).toBe("http/1.1");
  });

  test("a client that offers h2 alone is refused in the TLS handshake", async () => {
    const running = await secure();
    await expect(running.connect({ tls: { ...trust, ALPNProtocols: ["h2"] } })).rejects.toThrow(
      /alert|ECONNRESET|protocol/i,
    );
    await expectServing(running);
  });

  test("TLS 1.1 is refused", async () => {
    const running = await secure();
    const old = {
      ...trust,
      minVersion: "TLSv1",
      maxVersion: "TLSv1.1",
      ciphers: "DEFAULT@SECLEVEL=0",
    } as const;
    await expect(running.connect({ tls: old })).rejects.toThrow();
    await expectServing(running);
  });
});

describe("what goes wrong in the TLS handshake ends only that connection", () => {
  const target = (running: Running): { port: number; host: string } => ({
    port: (running.target as { port: number }).port,
    host: "127.0.0.1",
  });

  test.each([
    ["plain HTTP", request()],
    ["garbage", Buffer.alloc(1000, 0xff)],
  ])("%s", async (_, bytes) => {
    const running = await secure();
    const client = await RawClient.connect(target(running));
    client.write(bytes);
    await client.ended();
    await expectServing(running);
  });

  test("a RST and a FIN in the middle of it", async () => {
    const running = await secure();
    for (const vanish of ["reset", "fin"] as const) {
      const client = await RawClient.connect(target(running));
      client.write(Buffer.from("16030100f8010000f40303", "hex"));
      await new Promise((resolve) => setImmediate(resolve));
      client[vanish]();
    }
    await expectServing(running);
  });

  test("a client that stops in the middle of it is cut at the deadline", async () => {
    const running = await secure({ limits: { handshakeTimeout: 300 } });
    const socket = connect(target(running));
    const since = performance.now();
    await within(
      new Promise<void>((resolve) => {
        socket.on("close", () => resolve());
        socket.on("error", () => {});
        socket.resume();
        socket.write(Buffer.from("16030100f8010000f40303", "hex"));
      }),
      () => "the server to cut an unfinished TLS handshake",
    );
    expect(performance.now() - since).toBeLessThan(2500);
    await expectServing(running);
  });

  test("a client that does not trust the certificate", async () => {
    const running = await secure();
    await expect(running.connect({ tls: { servername: "localhost" } })).rejects.toThrow(
      /self-signed|self signed/,
    );
    await expectServing(running);
  });
});
