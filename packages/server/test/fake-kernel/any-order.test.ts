/**
 * The server on sockets without a network, whose every read, write and end, and all of time, is chosen by fast-check
 * (reliability.md §2.4). Most races at the end of a connection can only happen here.
 */
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import {
  type CloseInfo,
  type Connection,
  type Handler,
  type OverflowPolicy,
  type Sendable,
  text,
} from "../../src/index.ts";
import { closeFrame, frame, pingFrame, pongFrame, readFrame } from "../support/frame-bytes.ts";
import { request } from "../support/http-bytes.ts";
import { afterHead, FakeServer, type Named, pass, turn, withFakeTime } from "./fake-server.ts";
import { FakeSocket, settle } from "./fake-socket.ts";

const hardBuffer = 5_000;
const largest = 20_000;
const closeTimeout = 10_000;

/** What a peer sends; a message by its size. */
type Spoken =
  | { readonly type: "message"; readonly size: number; readonly cut: boolean }
  | { readonly type: "ping" | "pings" | "pong" | "close" | "garbage" | "unfinished" };

/** What a callback of the handler does. */
type Reaction =
  | "nothing"
  | "throw"
  | "promise"
  | "echo"
  | "broadcast"
  | "close"
  | "terminate"
  | "pause"
  | "pause and resume";

/** Something that happens; `at` is the number of the connection that it happens to. */
type Happening = { readonly at: number } & (
  | { readonly what: "receive" | "accept" | "limit" | "write" | "pass"; readonly size: number }
  | {
      readonly what:
        | "peer ends"
        | "peer resets"
        | "turn"
        | "settle"
        | "ping"
        | "pong"
        | "close"
        | "terminate"
        | "pause"
        | "resume"
        | "drained"
        | "finish a promise"
        | "reject a promise"
        | "let close"
        | "close the server";
    }
);

type Story = {
  readonly peers: readonly {
    readonly spoken: readonly Spoken[];
    readonly room: number;
    readonly slowToClose: boolean;
    readonly byUpgrade: boolean;
  }[];
  readonly happenings: readonly Happening[];
  readonly reactions: readonly Reaction[];
  readonly onOverflow: OverflowPolicy;
  /** Whether promises of the handler that are left settle before the peers fall silent, or after the connections are gone. */
  readonly stubborn: boolean;
};

/** Sizes of all the ways in which a message is sent: short, copied, and large enough to be sent from where it is. */
const size = fc.oneof(fc.nat(20), fc.nat(3_000), fc.constantFrom(16_383, largest));
const spoken: fc.Arbitrary<Spoken> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant("message" as const), size, cut: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constantFrom(
        "ping" as const,
        "pings" as const,
        "pong" as const,
        "close" as const,
        "garbage" as const,
        "unfinished" as const,
      ),
    }),
  },
);
const at = fc.nat(2);
const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      at,
      what: fc.constantFrom("receive" as const, "accept" as const, "limit" as const, "write" as const),
      size: fc.oneof(fc.nat(8), fc.nat(200), size),
    }),
  },
  { weight: 3, arbitrary: fc.record({ at, what: fc.constantFrom("turn" as const, "settle" as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      at,
      what: fc.constantFrom(
        "peer ends" as const,
        "peer resets" as const,
        "ping" as const,
        "pong" as const,
        "close" as const,
        "terminate" as const,
        "pause" as const,
        "resume" as const,
        "drained" as const,
        "finish a promise" as const,
        "reject a promise" as const,
        "let close" as const,
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      at,
      what: fc.constant("pass" as const),
      size: fc.constantFrom(10, 300, 2_500, 10_500, 26_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ at, what: fc.constant("close the server" as const) }) },
);
const reaction: fc.Arbitrary<Reaction> = fc.oneof(
  { weight: 2, arbitrary: fc.constant("nothing" as const) },
  { weight: 5, arbitrary: fc.constant("echo" as const) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      "throw" as const,
      "promise" as const,
      "broadcast" as const,
      "close" as const,
      "terminate" as const,
      "pause" as const,
      "pause and resume" as const,
    ),
  },
);
const story: fc.Arbitrary<Story> = fc.record({
  peers: fc.array(
    fc.record({
      spoken: fc.array(spoken, { maxLength: 8 }),
      room: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.nat(400)),
      slowToClose: fc.boolean(),
      byUpgrade: fc.boolean(),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  happenings: fc.array(happening, { maxLength: 40 }),
  reactions: fc.array(reaction, { maxLength: 30 }),
  onOverflow: fc.constantFrom("close" as const, "drop-newest" as const, "drop-oldest" as const),
  stubborn: fc.boolean(),
});

const key = [1, 2, 3, 4] as const;

/** The octets of what a peer says, and the messages among them. */
function octets(peer: number, all: readonly Spoken[]): { bytes: Buffer; messages: string[] } {
  const messages: string[] = [];
  const parts: Buffer[] = [];
  for (const [i, said] of all.entries()) {
    if (said.type !== "message") {
      parts.push(word(said.type, peer, i));
      continue;
    }
    const payload = `${peer}.${i}.`.padEnd(said.size, "x");
    const half = payload.length >> 1;
    messages.push(payload);
    if (!said.cut) parts.push(frame({ opcode: 1, payload, key }));
    else {
      parts.push(frame({ opcode: 1, fin: false, payload: payload.slice(0, half), key }));
      parts.push(pingFrame("between"), frame({ opcode: 0, payload: payload.slice(half), key }));
    }
  }
  return { bytes: Buffer.concat(parts), messages };
}

function word(type: Exclude<Spoken["type"], "message">, peer: number, i: number): Buffer {
  switch (type) {
    case "ping":
      return pingFrame(`${peer}.${i}`);
    case "pings":
      return Buffer.concat(Array.from({ length: 5 }, (_, n) => pingFrame(`${peer}.${i}.${n}`)));
    case "pong":
      return pongFrame(`${peer}.${i}`);
    case "close":
      return closeFrame(4000 + i);
    case "garbage":
      return frame({ opcode: 3 });
    case "unfinished":
      return frame({ opcode: 2, claimed: 1_000_000n, payload: "only this" });
  }
}

/** One connection, seen from both of its ends. */
type Side = {
  readonly socket: FakeSocket;
  /** What the peer has not sent yet. */
  rest: Buffer;
  readonly messages: readonly string[];
  connection: Connection<Named> | undefined;
  /** What reached the handler, and how it ended. */
  readonly delivered: string[];
  readonly closed: CloseInfo[];
  /** Messages that `write` took, in order. */
  readonly written: string[];
  readyState: string;
  /** The application has asked for nothing to be delivered. */
  isPaused: boolean;
  /** The application has ended it: it hears nothing more of the peer. */
  isOver: boolean;
};

/** A message in all the forms in which it can be written. */
const forms: readonly ((data: string) => Sendable)[] = [
  (data) => data,
  (data) => Buffer.from(data),
  (data) => text(data),
];

const order = ["connecting", "open", "closing", "closed"];

/** Plays a story and checks what must be true at every moment. */
class Play {
  readonly #story: Story;
  readonly #fake: FakeServer;
  readonly #sides: Side[] = [];
  readonly #reactions: Reaction[];
  readonly #promises: { resolve: () => void; reject: (error: Error) => void }[] = [];
  #failures = 0;
  #writes = 0;
  #waiting = 0;

  constructor(story: Story) {
    this.#story = story;
    this.#reactions = [...story.reactions];
    const handler: Partial<Handler<Named>> = {
      open: (connection) => this.#called(connection, "open"),
      message: (connection, data) => this.#called(connection, String(data)),
      ping: (connection) => this.#called(connection, "ping"),
      drained: (connection) => {
        expect(connection.bufferedAmount).toBe(0);
        return this.#called(connection, "drained");
      },
      closed: (connection, info) => {
        const side = this.#sideOf(connection);
        expect(connection.readyState).toBe("closed");
        expect(side.closed).toEqual([]);
        side.closed.push(info);
        return this.#react(connection);
      },
    };
    this.#fake = new FakeServer({
      handler,
      onOverflow: story.onOverflow,
      limits: { hardBuffer, softBuffer: 1_000, pongs: 2, inboxMessages: 2, closeTimeout },
    });
  }

  async run(): Promise<void> {
    for (const [i, peer] of this.#story.peers.entries()) {
      const { bytes, messages } = octets(i, peer.spoken);
      const socket = new FakeSocket(peer.room + 200, peer.slowToClose);
      const side: Side = {
        socket,
        rest: bytes,
        messages,
        connection: undefined,
        delivered: [],
        closed: [],
        written: [],
        readyState: "connecting",
        isPaused: false,
        isOver: false,
      };
      this.#sides.push(side);
      if (peer.byUpgrade) this.#fake.upgrade(`/${i}`, socket);
      else {
        this.#fake.connect(socket);
        socket.receive(request({ line: `GET /${i} HTTP/1.1` }));
      }
      await settle();
      expect(side.connection?.readyState, "the handshake was accepted").toBeDefined();
    }
    this.#check();
    for (const happening of this.#story.happenings) {
      await this.#happen(happening, this.#sides[happening.at % this.#sides.length]!);
      this.#check();
    }
    await this.#end();
  }

  async #happen(happening: Happening, side: Side): Promise<void> {
    const { socket, connection } = side;
    switch (happening.what) {
      case "receive":
        socket.receive(side.rest.subarray(0, happening.size));
        side.rest = side.rest.subarray(happening.size);
        return;
      case "accept":
        return socket.accept(happening.size);
      case "limit":
        return socket.limit(happening.size);
      case "write":
        return this.#write(connection!, happening.size);
      case "pass":
        return pass(happening.size);
      case "peer ends":
        return socket.receiveEnd();
      case "peer resets":
        return socket.reset();
      case "turn":
        return turn();
      case "settle":
        return settle();
      case "ping":
      case "pong":
        expect(connection![happening.what]("x")).toBeOneOf(["sent", "queued", "dropped", "closed"]);
        return;
      case "close": {
        const isOpen = connection!.readyState === "open";
        expect(this.#close(connection!)).toBe(isOpen ? "sent" : "closed");
        expect(connection!.readyState).not.toBe("open");
        return;
      }
      case "terminate":
        this.#terminate(connection!);
        expect(connection!.readyState).toBe("closed");
        return;
      case "pause":
        return this.#pause(connection!);
      case "resume":
        return this.#resume(connection!);
      case "drained": {
        this.#waiting++;
        void connection!.drained().then(() => this.#waiting--);
        return;
      }
      case "finish a promise":
        this.#promises.shift()?.resolve();
        return;
      case "reject a promise":
        this.#reject();
        return;
      case "let close":
        return socket.letClose();
      case "close the server":
        void this.#fake.server.close({ within: 5_000 });
        return;
    }
  }

  #reject(): void {
    const promise = this.#promises.shift();
    if (promise === undefined) return;
    this.#failures++;
    promise.reject(new Error("rejected on purpose"));
  }

  #sideOf(connection: Connection<Named>): Side {
    const side = this.#sides[Number(connection.state.name.slice(1))]!;
    side.connection ??= connection;
    expect(side.connection).toBe(connection);
    return side;
  }

  #called(connection: Connection<Named>, what: string): unknown {
    const side = this.#sideOf(connection);
    expect(side.closed, "nothing is delivered after closed").toEqual([]);
    expect(side.isOver, "nothing is delivered after close() or terminate()").toBe(false);
    if (what !== "drained" && connection.readyState === "open") expect(side.isPaused).toBe(false);
    side.delivered.push(what);
    return this.#react(connection);
  }

  #react(connection: Connection<Named>): unknown {
    const reaction = this.#reactions.shift() ?? "nothing";
    switch (reaction) {
      case "nothing":
        return undefined;
      case "throw":
        this.#failures++;
        throw new Error("thrown on purpose");
      case "promise":
        return new Promise<void>((resolve, reject) => this.#promises.push({ resolve, reject }));
      case "echo":
        return this.#write(connection, 30);
      case "broadcast":
        for (const side of this.#sides) if (side.connection !== undefined) this.#write(side.connection, 30);
        return undefined;
      case "close":
        return void this.#close(connection);
      case "terminate":
        return this.#terminate(connection);
      case "pause":
        return this.#pause(connection);
      case "pause and resume":
        this.#pause(connection);
        return this.#resume(connection);
    }
  }

  #close(connection: Connection<Named>): string {
    if (connection.readyState === "open") this.#sideOf(connection).isOver = true;
    return connection.close(4999);
  }

  #terminate(connection: Connection<Named>): void {
    if (connection.readyState === "open") this.#sideOf(connection).isOver = true;
    connection.terminate();
  }

  #pause(connection: Connection<Named>): void {
    if (connection.readyState === "open") this.#sideOf(connection).isPaused = true;
    connection.pause();
  }

  #resume(connection: Connection<Named>): void {
    this.#sideOf(connection).isPaused = false;
    connection.resume();
  }

  #write(connection: Connection<Named>, length: number): void {
    const side = this.#sideOf(connection);
    const data = `${connection.state.name} #${this.#writes++} `.padEnd(length, ".");
    const isOpen = connection.readyState === "open";
    const result = connection.write(forms[this.#writes % forms.length]!(data));
    if (!isOpen) expect(result).toBe("closed");
    if (result === "sent" || result === "queued") side.written.push(data);
    else if (result === "closed") expect(connection.readyState).not.toBe("open");
    else expect(this.#story.onOverflow).not.toBe("close");
  }

  /** What is true at every moment. */
  #check(): void {
    for (const { socket, connection, closed } of this.#sides) {
      expect(socket.faults).toEqual([]);
      expect(closed.length).toBeLessThan(2);
      if (connection === undefined) continue;
      const side = this.#sideOf(connection);
      expect(order.indexOf(connection.readyState)).toBeGreaterThanOrEqual(order.indexOf(side.readyState));
      side.readyState = connection.readyState;
      // Control frames come on top: two Pongs and the latest, a Ping, a Close, and one of the application's.
      expect(connection.bufferedAmount).toBeLessThanOrEqual(hardBuffer + largest + 4 + 8 * 127);
    }
  }

  /** Lets everything end by itself, and checks what is left: nothing. */
  async #end(): Promise<void> {
    this.#reactions.length = 0;
    if (!this.#story.stubborn) await this.#settlePromises();
    for (const { socket } of this.#sides) {
      socket.accept(Number.POSITIVE_INFINITY);
      socket.letClose();
    }
    for (const { connection } of this.#sides) this.#resume(connection!);
    await turn();
    this.#check();
    // A peer whose messages wait for a handler that hangs is not read from, and so not dead while it is silent.
    if (this.#story.stubborn) for (const { socket } of this.#sides) socket.reset();
    // The peers are silent from now on: heartbeat, closing and lingering come to an end, then the handlers that hang.
    await pass(25_000 + 20_000 + 2 * closeTimeout + 5_000);
    this.#check();
    for (const side of this.#sides) {
      expect(side.closed, "closed was called").toHaveLength(1);
      expect(side.socket.destroyed).toBe(true);
      expect(side.connection!.bufferedAmount).toBe(0);
      expect(side.connection!.write("late")).toBe("closed");
      expect(side.connection!.ping()).toBe("closed");
      expect(side.connection!.close()).toBe("closed");
    }
    await this.#settlePromises();
    this.#check();
    await turn();
    expect(this.#waiting, "whoever waits for drained is told").toBe(0);
    expect(this.#fake.errors).toHaveLength(this.#failures);
    const { connections, handshakes, accepted, closed, errors } = this.#fake.server.stats();
    expect({ connections, handshakes, accepted, closed, errors }).toEqual({
      connections: 0,
      handshakes: 0,
      accepted: this.#sides.length,
      closed: this.#sides.length,
      errors: this.#failures,
    });
    expect([...this.#fake.server.connections]).toEqual([]);
    await this.#fake.server.close();
    expect(vi.getTimerCount(), "timers are left").toBe(0);
    for (const side of this.#sides) this.#checkTalk(side);
  }

  async #settlePromises(): Promise<void> {
    while (this.#promises.length > 0) {
      this.#promises.shift()!.resolve();
      await settle();
    }
  }

  /** What went over the wire in both directions, all in all. */
  #checkTalk({ socket, delivered, messages, written, closed }: Side): void {
    const heard = delivered.filter((what) => what !== "ping" && what !== "drained" && what !== "open");
    expect(heard, "messages come in order, whole, none twice").toEqual(messages.slice(0, heard.length));
    expect(delivered.filter((what) => what === "open")).toHaveLength(delivered.length > 0 ? 1 : 0);
    const { wire } = socket;
    const sent: { opcode: number; payload: string }[] = [];
    let end = afterHead(wire);
    for (let read = readFrame(wire, end); read !== undefined; read = readFrame(wire, end)) {
      sent.push({ opcode: read.value.opcode, payload: read.value.payload.toString() });
      end = read.end;
    }
    const closeAt = sent.findIndex(({ opcode }) => opcode === 8);
    if (closeAt >= 0) expect(sent.slice(closeAt + 1), "nothing comes behind our Close").toEqual([]);
    const data = sent.filter(({ opcode }) => opcode < 8).map(({ payload }) => payload);
    if (this.#story.onOverflow === "drop-oldest") {
      expect(written.filter((one) => data.includes(one))).toEqual(data);
    } else if (closeAt >= 0) {
      expect(data, "all that was written stands before the Close").toEqual(written);
    } else {
      expect(data).toEqual(written.slice(0, data.length));
    }
    if (closeAt >= 0 || socket.isEnded) expect(end, "no half of a frame before the end").toBe(wire.length);
    const [info] = closed;
    if (info?.wasClean) expect(closeAt).toBeGreaterThanOrEqual(0);
    if (info?.by === "peer") expect(info.code).toBeGreaterThanOrEqual(4000);
  }
}

test("whatever the kernel, the peer, the application and the clock do, in any order", async () => {
  await fc.assert(
    fc.asyncProperty(story, (told) => withFakeTime(() => new Play(told).run())),
    { numRuns: 400 },
  );
});
