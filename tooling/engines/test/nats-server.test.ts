import { connect, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { type NatsOptions, NatsServer } from "../src/index.ts";

async function nats(options?: NatsOptions): Promise<NatsServer> {
  const server = await NatsServer.start(options);
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server;
}

/** A client that sends lines, and hears what the server says. */
class Client {
  heard = "";
  readonly socket: Socket;
  readonly closed: Promise<void>;
  #look: () => void = () => {};

  constructor(port: number) {
    this.socket = connect(port, "127.0.0.1").setEncoding("latin1");
    onTestFinished(() => void this.socket.destroy());
    this.closed = new Promise((resolve) => this.socket.on("error", () => {}).on("close", () => resolve()));
    this.socket.on("data", (text) => {
      this.heard += text;
      this.#look();
    });
  }

  async says(line: string, answer: string): Promise<void> {
    const before = this.heard.length;
    this.socket.write(`${line}\r\n`);
    await new Promise<void>((resolve) => {
      this.#look = () => this.heard.includes(answer, before) && resolve();
      this.#look();
    });
  }
}

test("a server starts on a port of its own, is killed, and starts there again", async () => {
  const server = await nats();
  const { port, directPort, pid } = server;
  const client = new Client(port);
  await client.says("CONNECT {}\r\nPING", "PONG");
  expect(client.heard).toContain(`"jetstream":true`);
  await server.stop();
  await client.closed;
  await server.start();
  expect([server.port, server.directPort]).toEqual([port, directPort]);
  expect(server.pid).not.toBe(pid);
  await new Client(port).says("CONNECT {}\r\nPING", "PONG");
});

test("a frozen server answers when it is thawed", async () => {
  const server = await nats({ jetStream: false });
  const client = new Client(server.directPort);
  await client.says("CONNECT {}", "INFO");
  const other = await nats({ jetStream: false });
  const witness = new Client(other.directPort);
  await witness.says("CONNECT {}", "INFO");
  await server.freeze();
  let answered = false;
  const answer = client.says("PING", "PONG").finally(() => {
    answered = true;
  });
  // One that runs has answered by now, many times.
  for (let i = 0; i < 20; i++) await witness.says("PING", "PONG");
  expect(answered).toBe(false);
  server.thaw();
  await answer;
});

test("connections of clients are cut, and they may come back at once", async () => {
  const server = await nats({ jetStream: false });
  const client = new Client(server.port);
  await client.says("CONNECT {}\r\nPING", "PONG");
  await server.cut();
  await client.closed;
  await new Client(server.port).says("CONNECT {}\r\nPING", "PONG");
});

test("the configuration is what was asked for, and can be changed while it runs", async () => {
  const server = await nats({
    jetStream: false,
    config: `max_payload: 4096\nauthorization { user: "paul", password: "s3cr:t" }\n`,
  });
  const client = new Client(server.port);
  await client.says(`CONNECT {"user":"paul","pass":"s3cr:t"}\r\nPING`, "PONG");
  expect(client.heard).toContain(`"max_payload":4096`);
  server.reload(`authorization { user: "paul", password: "another" }\n`);
  await client.closed;
  await new Client(server.port).says(`CONNECT {"user":"paul","pass":"another"}\r\nPING`, "PONG");
});
