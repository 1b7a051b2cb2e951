/** Opening handshakes on sockets without a network, with every cut, end and delay chosen by fast-check. */
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { accept, type Connection, reject } from "../../src/index.ts";
import { textFrame } from "../support/frame-bytes.ts";
import { request } from "../support/http-bytes.ts";
import { FakeServer, type Named, pass, turn, withFakeTime } from "./fake-server.ts";
import { FakeSocket, settle } from "./fake-socket.ts";

/** What the application answers; those with `later` by a promise that the story settles, or nobody. */
const answers = [
  "accept",
  "accept later",
  "reject",
  "reject later",
  "throw",
  "throw later",
  "a bad header",
  "a bad status later",
] as const;
type Answer = (typeof answers)[number];

/** What a peer sends first, and the statuses that may come of it when it is sent whole and in time. */
const requests = {
  good: { bytes: request(), accepted: true },
  "no host": { bytes: request({ without: ["Host"] }), accepted: false },
  "no key": { bytes: request({ without: ["Sec-WebSocket-Key"] }), accepted: false },
  plain: { bytes: Buffer.from("GET / HTTP/1.1\r\nHost: exws.test\r\n\r\n"), accepted: false },
  noise: { bytes: Buffer.from("\x16\x03\x01\r\n\r\n"), accepted: false },
  unfinished: { bytes: request().subarray(0, 50), accepted: false },
} as const;
type Kind = keyof typeof requests;

type Peer = {
  readonly kind: Kind;
  readonly answer: Answer;
  readonly byUpgrade: boolean;
  readonly room: number;
  readonly slowToClose: boolean;
};

type Happening = { readonly at: number } & (
  | { readonly what: "receive" | "pass" | "accept"; readonly size: number }
  | {
      readonly what: "peer ends" | "peer resets" | "turn" | "decide" | "let close" | "close the server";
    }
);

const at = fc.nat(3);
const peer: fc.Arbitrary<Peer> = fc.record({
  kind: fc.oneof(
    { weight: 3, arbitrary: fc.constant("good" as const) },
    { weight: 1, arbitrary: fc.constantFrom(...(Object.keys(requests) as Kind[])) },
  ),
  answer: fc.constantFrom(...answers),
  byUpgrade: fc.boolean(),
  room: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.nat(200)),
  slowToClose: fc.boolean(),
});
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ at, what: fc.constant("receive" as const), size: fc.nat(250) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      at,
      what: fc.constantFrom(
        "peer ends" as const,
        "peer resets" as const,
        "turn" as const,
        "decide" as const,
        "let close" as const,
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ at, what: fc.constant("accept" as const), size: fc.nat(300) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      at,
      what: fc.constant("pass" as const),
      size: fc.constantFrom(100, 2_500, 10_500),
    }),
  },
  { weight: 1, arbitrary: fc.record({ at, what: fc.constant("close the server" as const) }) },
);

type Side = {
  readonly peer: Peer;
  readonly socket: FakeSocket;
  rest: Buffer;
  /** Callbacks after `handshake`. */
  readonly heard: string[];
};

async function play(peers: readonly Peer[], happenings: readonly Happening[]): Promise<void> {
  const sides: Side[] = [];
  const decisions: (() => void)[] = [];
  let failures = 0;
  const hear = (connection: Connection<Named>, what: string): void => {
    const { heard } = sides[Number(connection.state.name.slice(1))]!;
    expect(heard, "nothing comes after closed").not.toContain("closed");
    heard.push(what);
  };
  const conclude = (answer: Answer) => {
    if (answer.startsWith("throw")) throw new Error("on purpose");
    if (answer.startsWith("reject")) return reject("no_thanks", { status: 403 });
    if (answer === "a bad header") return accept<Named>({ headers: { "x-bad": "a\r\nb" } });
    if (answer === "a bad status later") return reject("no_thanks", { status: 200 });
    return undefined;
  };
  const fake = new FakeServer({
    limits: { handshakes: 3 },
    handler: {
      handshake(_, connection) {
        const { answer } = sides[Number(connection.state.name.slice(1))]!.peer;
        if (!answer.endsWith("later")) return conclude(answer);
        return new Promise<void>((resolve) => decisions.push(resolve)).then(() => conclude(answer));
      },
      open: (connection) => hear(connection, "open"),
      message: (connection, data) => hear(connection, String(data)),
      closed: (connection) => hear(connection, "closed"),
    },
    onError: () => failures++,
  });
  const frames = ["one", "two"];
  for (const [i, one] of peers.entries()) {
    const socket = new FakeSocket(one.room, one.slowToClose);
    const line = `GET /${i} HTTP/1.1`;
    const bytes = one.kind === "good" ? request({ line }) : requests[one.kind].bytes;
    const behind = Buffer.concat(frames.map(textFrame));
    const side: Side = {
      peer: one,
      socket,
      heard: [],
      rest: one.byUpgrade ? behind : Buffer.concat([bytes, behind]),
    };
    sides.push(side);
    if (!one.byUpgrade) fake.connect(socket);
    else {
      fake.upgrade(`/${i}`, socket, behind.subarray(0, 8));
      side.rest = behind.subarray(8);
    }
  }
  for (const { what, at: index, ...more } of happenings) {
    const side = sides[index % sides.length]!;
    const size = "size" in more ? more.size : 0;
    if (what === "receive") {
      side.socket.receive(side.rest.subarray(0, size));
      side.rest = side.rest.subarray(size);
    } else if (what === "accept") side.socket.accept(size);
    else if (what === "pass") await pass(size);
    else if (what === "peer ends") side.socket.receiveEnd();
    else if (what === "peer resets") side.socket.reset();
    else if (what === "turn") await turn();
    else if (what === "decide") decisions.shift()?.();
    else if (what === "let close") side.socket.letClose();
    else void fake.server.close({ within: 3_000 });
    for (const { socket } of sides) expect(socket.faults).toEqual([]);
    expect(fake.server.stats().handshakes).toBeGreaterThanOrEqual(0);
  }
  // From now on the peers are silent and the kernel takes everything: all ends by itself.
  for (const { socket } of sides) {
    socket.accept(Number.POSITIVE_INFINITY);
    socket.letClose();
  }
  await pass(25_000 + 20_000 + 10_000 + 5_000);
  for (const decide of decisions) decide();
  await turn();
  const { accepted, closed, connections, handshakes, errors } = fake.server.stats();
  expect({ connections, handshakes, open: accepted - closed }).toEqual({
    connections: 0,
    handshakes: 0,
    open: 0,
  });
  expect(errors).toBe(failures);
  for (const { socket, peer: one, heard } of sides) {
    expect(socket.destroyed).toBe(true);
    const statuses = [...socket.wire.toString("latin1").matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, code]) =>
      Number(code),
    );
    expect(statuses.length, "one answer at most").toBeLessThan(2);
    const wasAccepted = heard.length > 0;
    if (statuses[0] === 101) {
      expect(one.byUpgrade || requests[one.kind].accepted).toBe(true);
      expect(one.answer).toMatch(/^accept/);
      expect(wasAccepted).toBe(true);
    } else if (statuses[0] !== undefined) {
      const own =
        !one.byUpgrade && !requests[one.kind].accepted ? [400, 408, 426, 503] : [400, 403, 408, 500, 503];
      expect(own).toContain(statuses[0]);
    }
    if (!wasAccepted) continue;
    expect(heard).toEqual(["open", ...frames.slice(0, heard.length - 2), "closed"]);
  }
  expect(sides.filter(({ heard }) => heard.length > 0)).toHaveLength(accepted);
  await fake.server.close();
  expect(vi.getTimerCount(), "timers are left").toBe(0);
}

test("whatever the peers, the application and the clock do: one answer at most, all or nothing, nothing is left", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(peer, { minLength: 1, maxLength: 4 }),
      fc.array(happening, { maxLength: 30 }),
      (peers, happenings) => withFakeTime(() => play(peers, happenings)),
    ),
    { numRuns: 400 },
  );
});

test("a whole good request, cut anywhere, is accepted, and the frames behind it are delivered", async () => {
  await withFakeTime(async () => {
    const bytes = Buffer.concat([request({ line: "GET /0 HTTP/1.1" }), textFrame("one"), textFrame("two")]);
    for (let cut = 0; cut < bytes.length; cut++) {
      const messages: unknown[] = [];
      const fake = new FakeServer({ handler: { message: (_, data) => void messages.push(data) } });
      const socket = fake.connect();
      socket.receive(bytes.subarray(0, cut));
      await settle();
      socket.receive(bytes.subarray(cut));
      await settle();
      expect(messages, `cut at ${cut}`).toEqual(["one", "two"]);
      socket.reset();
      await settle();
      await fake.server.close();
    }
    expect(vi.getTimerCount()).toBe(0);
  });
});
