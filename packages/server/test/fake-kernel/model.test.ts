/** P5 of reliability.md §2.4: states × (send, ping, close, terminate, pause, resume, recv, FIN, RST, timeout), exactly. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { CloseInfo, Connection, ReadyState } from "../../src/index.ts";
import { closeFrame, frame, describe as line, pingFrame, textFrame } from "../support/frame-bytes.ts";
import { afterHead, FakeServer, type Named, pass, turn, withFakeTime } from "./fake-server.ts";
import { type FakeSocket, settle } from "./fake-socket.ts";

type Event = "text" | "ping" | "close" | "garbage" | "FIN";

/** A connection as RFC 6455 §7 has it, with a kernel that takes everything at once. */
class Model {
  state: "open" | "close sent" | "ending" | "closed" = "open";
  paused = false;
  /** What the peer sent and we have not read. */
  unread: Event[] = [];
  /** What we sent, the messages that were delivered, and how it ended. */
  sent: string[] = [];
  delivered = 0;
  end: Pick<CloseInfo, "code" | "by" | "wasClean"> | undefined;
  #peerEnded = false;

  get readyState(): ReadyState {
    return this.state === "open" || this.state === "closed" ? this.state : "closing";
  }

  write(what: string): boolean {
    if (this.state !== "open") return false;
    this.sent.push(what);
    return true;
  }

  close(): void {
    if (this.state !== "open") return;
    this.sent.push("close 4000");
    this.#finish("close sent", 4000, "server");
    this.read();
  }

  drop(by: CloseInfo["by"]): void {
    this.#finish("closed", 1006, by);
  }

  /** A timeout that is long enough for every closing handshake, and too short for a heartbeat. */
  timeout(): void {
    if (this.state !== "open") this.state = "closed";
  }

  receive(event: Event): void {
    if (this.#peerEnded || this.state === "closed") return;
    if (event === "FIN") this.#peerEnded = true;
    this.unread.push(event);
    this.read();
  }

  resume(): void {
    this.paused = false;
    this.read();
  }

  read(): void {
    while (this.state !== "closed" && (this.state !== "open" || !this.paused)) {
      const event = this.unread.shift();
      if (event === undefined) return;
      this.#see(event);
    }
  }

  #see(event: Event): void {
    const { state } = this;
    if (event === "FIN") {
      this.#finish("closed", 1006, "socket");
      return;
    }
    if (state === "ending") return;
    if (event === "close") {
      if (state === "open") this.sent.push("close 4001");
      this.#finish("ending", 4001, "peer");
      this.end = { ...this.end!, wasClean: true };
    } else if (event === "garbage") {
      if (state === "open") this.sent.push("close 1002");
      this.#finish("ending", 1002, "protocol");
    } else if (state === "open") {
      if (event === "text") this.delivered++;
      else this.sent.push("pong");
    }
  }

  /** The first cause is the one that counts. */
  #finish(state: Model["state"], code: number, by: CloseInfo["by"]): void {
    if (this.state === "closed") return;
    this.state = state;
    this.end ??= { code, by, wasClean: false };
  }
}

type Real = {
  fake: FakeServer;
  socket: FakeSocket;
  connection: Connection<Named>;
  delivered: unknown[];
  ends: CloseInfo[];
};

/** Something that happens, to the server and to the model; both return what a call says, if it says something. */
type Act = {
  readonly name: string;
  readonly real: (real: Real) => unknown;
  readonly model: (model: Model) => unknown;
};

const octets: Readonly<Record<Exclude<Event, "FIN">, Buffer>> = {
  text: textFrame("x"),
  ping: pingFrame(),
  close: closeFrame(4001),
  garbage: frame({ opcode: 5 }),
};

const acts: readonly Act[] = [
  {
    name: "send",
    real: ({ connection }) => connection.write("y") === "sent",
    model: (model) => model.write('text "y"'),
  },
  {
    name: "ping",
    real: ({ connection }) => connection.ping() === "sent",
    model: (model) => model.write("ping"),
  },
  {
    name: "close",
    real: ({ connection }) => connection.close(4000) === "sent",
    model: (model) => {
      const { state } = model;
      model.close();
      return state === "open";
    },
  },
  {
    name: "terminate",
    real: ({ connection }) => connection.terminate(),
    model: (model) => model.drop("server"),
  },
  {
    name: "pause",
    real: ({ connection }) => connection.pause(),
    model: (model) => {
      if (model.state === "open") model.paused = true;
    },
  },
  { name: "resume", real: ({ connection }) => connection.resume(), model: (model) => model.resume() },
  ...(["text", "ping", "close", "garbage"] as const).map((event) => ({
    name: `receive ${event}`,
    real: ({ socket }: Real) => socket.receive(octets[event]),
    model: (model: Model) => model.receive(event),
  })),
  { name: "FIN", real: ({ socket }) => socket.receiveEnd(), model: (model) => model.receive("FIN") },
  { name: "RST", real: ({ socket }) => socket.reset(), model: (model) => model.drop("socket") },
  { name: "timeout", real: () => pass(12_500), model: (model) => model.timeout() },
];

async function compare(chosen: readonly Act[]): Promise<void> {
  const delivered: unknown[] = [];
  const ends: CloseInfo[] = [];
  const fake = new FakeServer({
    // The heartbeat has tests of its own.
    limits: { pingInterval: Number.POSITIVE_INFINITY },
    handler: {
      message: (_, data) => {
        expect(ends).toEqual([]);
        delivered.push(data);
      },
      closed: (_, info) => ends.push(info),
    },
  });
  const { socket, connection } = await fake.open();
  const real: Real = { fake, socket, connection, delivered, ends };
  const model = new Model();
  for (const { name, real: act, model: move } of chosen) {
    const got = act(real);
    if (got instanceof Promise) await got;
    const expected = move(model);
    if (typeof expected === "boolean") expect(got, name).toBe(expected);
    await turn();
    const sent = socket.frames(afterHead(socket.wire)).map(line);
    expect(
      {
        readyState: connection.readyState,
        sent,
        delivered: delivered.length,
        ends: ends.map(({ code, by, wasClean }) => ({ code, by, wasClean })),
      },
      `after ${name}`,
    ).toEqual({
      readyState: model.readyState,
      sent: model.sent,
      delivered: model.delivered,
      ends: model.state === "closed" ? [model.end] : [],
    });
    expect(socket.faults).toEqual([]);
    if (model.state === "closed") expect([...fake.server.connections]).toEqual([]);
  }
  connection.terminate();
  await settle();
  await fake.server.close();
}

test("every two events, in every order, from every state that they lead to", async () => {
  await withFakeTime(async () => {
    for (const first of acts) {
      for (const second of acts) await compare([first, second]);
    }
  });
});

test("any events in any order", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...acts), { maxLength: 12 }), (chosen) =>
      withFakeTime(() => compare(chosen)),
    ),
    { numRuns: 500 },
  );
});
