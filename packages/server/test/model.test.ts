/** P5 of reliability.md §2.4: the life of a connection against a small model, over a real socket. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { closeFrame, hex, pingFrame, textFrame } from "./support/frame-bytes.ts";
import { type RawClient, turn } from "./support/raw-client.ts";
import { type Running, start, type TestConnection } from "./support/start.ts";

/** What must be true of a connection, and nothing else about it. */
type Model = {
  /** `open`: messages go both ways. `closing`: a Close is out or in. `closed`: TCP has ended. */
  state: "open" | "closing" | "closed";
};

type Real = { running: Running; client: RawClient; connection: TestConnection };

type Step = fc.AsyncCommand<Model, Real>;

/** One thing that either end does, and how the model moves on. */
class Act implements Step {
  readonly name: string;
  readonly act: (real: Real, model: Model) => void;
  readonly move: (model: Model) => void;
  constructor(
    name: string,
    act: (real: Real, model: Model) => void,
    move: (model: Model) => void = () => {},
  ) {
    this.name = name;
    this.act = act;
    this.move = move;
  }

  check(): boolean {
    return true;
  }

  async run(model: Model, real: Real): Promise<void> {
    this.act(real, model);
    this.move(model);
  }

  toString(): string {
    return this.name;
  }
}

/** Lets both ends see what has been done so far. */
class Turn implements Step {
  check(): boolean {
    return true;
  }
  async run(): Promise<void> {
    for (let i = 0; i < 3; i++) await turn();
  }
  toString(): string {
    return "turn";
  }
}

const expectSend = (result: string, model: Model): void => {
  if (model.state !== "open") expect(["closed", "sent"]).toContain(result);
  if (model.state === "closed") expect(result).toBe("closed");
};

const end = (model: Model): void => {
  model.state = model.state === "open" ? "closing" : model.state;
};

const steps = [
  fc.constant(new Act("server writes", ({ connection }, model) => expectSend(connection.write("x"), model))),
  fc.constant(new Act("server pings", ({ connection }, model) => expectSend(connection.ping("x"), model))),
  fc.constant(
    new Act(
      "server closes",
      ({ connection }) => expect(["sent", "closed"]).toContain(connection.close(4000)),
      end,
    ),
  ),
  fc.constant(new Act("server pauses", ({ connection }) => connection.pause())),
  fc.constant(new Act("server resumes", ({ connection }) => connection.resume())),
  fc.constant(
    new Act(
      "server terminates",
      ({ connection }) => connection.terminate(),
      (model) => {
        model.state = "closed";
      },
    ),
  ),
  fc.constant(new Act("peer sends text", ({ client }) => client.write(textFrame("x")))),
  fc.constant(new Act("peer pings", ({ client }) => client.write(pingFrame("x")))),
  fc.constant(new Act("peer closes", ({ client }) => client.write(closeFrame(4001)), end)),
  fc.constant(new Act("peer sends garbage", ({ client }) => client.write(hex("ff 80 00000000")), end)),
  fc.constant(new Act("peer sends half a frame", ({ client }) => client.write(Buffer.from([0x81])), end)),
  fc.constant(new Act("peer sends FIN", ({ client }) => client.fin(), end)),
  fc.constant(new Act("peer sends RST", ({ client }) => client.reset(), end)),
  fc.constant(new Turn()),
  fc.constant(new Turn()),
];

test("whatever the two ends do: closed exactly once and last, no message after it, no throw, nothing left", async () => {
  const limits = { closeTimeout: 50, lingerTimeout: 50, pingInterval: 60_000 };
  const running = await start({ limits });
  await fc.assert(
    fc.asyncProperty(fc.commands<Model, Real, false>(steps, { maxCommands: 12 }), async (commands) => {
      running.log.clear();
      const client = await running.open(undefined, { keepHalf: true });
      const connection = (await running.log.next("open")).connection as TestConnection;
      const setup = (): { model: Model; real: Real } => ({
        model: { state: "open" },
        real: { running, client, connection },
      });
      await fc.asyncModelRun(setup, commands);
      connection.resume();
      client.destroy();
      const closed = await running.log.next("closed");
      await running.empty();
      await turn();
      const lines = running.log.lines();
      expect(lines.filter((line) => line.startsWith("closed"))).toHaveLength(1);
      expect(lines.at(-1)).toBe(closed.line);
      expect(lines[0]).toBe("open");
      expect(closed.line).toMatch(
        /^closed (100[27] protocol|1006 (socket|server|timeout)|400[01] (peer|server|timeout))$/,
      );
      expect([connection.write("x"), connection.ping(), connection.close()]).toEqual([
        "closed",
        "closed",
        "closed",
      ]);
      expect(connection.readyState).toBe("closed");
    }),
    { numRuns: 300 },
  );
});
