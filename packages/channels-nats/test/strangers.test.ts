import { readFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, onTestFinished, test } from "vitest";
import { codeOf, Listener, say } from "./support/listener.ts";
import { busTo, nats, openTo } from "./support/nats.ts";

const faults: unknown[] = [];
const note = (error: unknown): void => void faults.push(error);
process.on("unhandledRejection", note).on("uncaughtException", note);
afterEach(() => expect(faults).toEqual([]));

/** A server that is not NATS, or not for long. */
async function stranger(meet: (socket: Socket) => void): Promise<{ port: number }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    meet(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return server.address() as { port: number };
}

const info = `INFO {"server_id":"x","version":"2.9.10","proto":1,"headers":true,"max_payload":1048576}\r\n`;

describe("somebody else at the server's port", () => {
  test.each<[string, (socket: Socket) => void]>([
    ["closes at once", (socket) => void socket.end()],
    ["resets at once", (socket) => void socket.resetAndDestroy()],
    ["speaks HTTP", (socket) => void socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")],
    ["speaks Redis", (socket) => void socket.write("-ERR unknown command\r\n")],
    ["says nothing", () => {}],
    ["greets in no JSON", (socket) => void socket.write("INFO {{{\r\n")],
    ["greets without an end", (socket) => void socket.write(`INFO ${"x".repeat(100_000)}`)],
    ["greets and closes", (socket) => void socket.end(info)],
    ["greets and says nothing", (socket) => void socket.write(info)],
    ["greets and talks nonsense", (socket) => void socket.write(`${info}\0\0nonsense\r\n`)],
    ["refuses", (socket) => void socket.end(`${info}-ERR 'Authorization Violation'\r\n`)],
  ])("%s: opening rejects, and the bus can be closed", async (_, meet) => {
    const bus = busTo(await stranger(meet), {}, { timeout: 200 });
    expect(["unavailable", "refused"]).toContain(await codeOf(bus.open(new Listener())));
    await bus.close();
  });

  test("lets us in and talks nonsense then: the bus notices, and stays away", async () => {
    const server = await stranger((socket) => {
      socket.write(info);
      socket.on("data", (bytes) => {
        if (String(bytes).includes("PING")) socket.write("PONG\r\n");
        if (String(bytes).includes("SUB ")) socket.write("\0\0nonsense\r\n");
      });
    });
    const { bus, listener } = await openTo(server, { pingInterval: 50, pingTimeout: 100 });
    void bus.subscribe(["t"]).catch(() => {});
    await listener.untilState("down:unavailable");
  });
});

test.each([
  ["Some Fault", undefined],
  ["maximum subscriptions exceeded", "refused"],
])(
  "an error %s, which does not end the connection: a subscription that waits is %s",
  async (fault, outcome) => {
    const server = await stranger((socket) => {
      socket.write(info);
      socket.on("data", (bytes) => {
        if (String(bytes).includes("SUB ")) socket.write(`-ERR '${fault}'\r\n`);
        if (String(bytes).includes("PING")) socket.write("PONG\r\n");
      });
    });
    const { bus, listener } = await openTo(server);
    expect(await codeOf(bus.subscribe(["t"]))).toBe(outcome);
    expect(listener.states).toEqual([]);
  },
);

describe("TLS", () => {
  const file = (name: string): string =>
    fileURLToPath(new URL(`../../../tooling/conformance-certificate/${name}`, import.meta.url));
  const config = `tls { cert_file: "${file("cert.pem")}", key_file: "${file("key.pem")}" }\n`;
  const ca = readFileSync(file("cert.pem"), "utf8");

  test("is spoken where the server wants it; a frozen server is noticed as without", async () => {
    const server = await nats({ config });
    const tls = { ca, rejectUnauthorized: false };
    const { bus: from } = await openTo(server, {}, { tls });
    const { bus, listener } = await openTo(
      { port: server.directPort },
      { pingInterval: 50, pingTimeout: 200 },
      { tls },
    );
    await bus.subscribe(["t"]);
    await say(from, "t", "here");
    await listener.until(() => listener.heard.includes("t here"));
    await server.freeze();
    const outcomes = Array.from({ length: 64 }, () => codeOf(bus.publish("u", new Uint8Array(200_000))));
    await listener.untilState("down:unavailable");
    expect(new Set(await Promise.all(outcomes))).toEqual(new Set(["unavailable"]));
    server.thaw();
    await listener.untilState("up");
  });

  test("with a certificate that nobody vouches for: opening rejects", async () => {
    const server = await nats({ config });
    const bus = busTo(server);
    const opening = bus.open(new Listener());
    expect(await codeOf(opening)).toBe("unavailable");
    await expect(opening).rejects.toThrow("certificate");
  });
});
