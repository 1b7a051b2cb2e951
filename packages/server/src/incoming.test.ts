import { ProtocolError, type Utf8Codec } from "@exws/frame";
import { describe, expect, test } from "vitest";
import { settle } from "../test/fake-kernel/fake-socket.ts";
import { closeFrame, frame, pingFrame, pongFrame, textFrame } from "../test/support/frame-bytes.ts";
import { DecoderPool } from "./decoder-pool.ts";
import { Incoming, type IncomingTarget, type Said } from "./incoming.ts";
import { defaultLimits, type Limits } from "./limits.ts";
import { nodeUtf8 } from "./node-utf8.ts";
import { Protocol } from "./protocol.ts";

type Decoding = { finish: (bytes: Uint8Array) => void; fail: (error: unknown) => void };

/** The way in, with an extension that marks messages with RSV1 and decodes them at once, or when the test says so. */
function make({
  limits = {},
  textAsBytes = false,
  decode,
  utf8 = nodeUtf8,
  isFull = () => false,
}: {
  limits?: Partial<Limits>;
  textAsBytes?: boolean;
  decode?: "later" | ((data: Uint8Array) => Uint8Array);
  utf8?: Utf8Codec;
  /** As much waits for the application as may. */
  isFull?: () => boolean;
} = {}) {
  const log: string[] = [];
  const pending: Decoding[] = [];
  const clock = { milliseconds: 0 };
  const core = new Protocol(
    new DecoderPool({ role: "server", textAsBytes, utf8, rsv: decode === undefined ? 0 : 4 }),
  );
  const transform =
    decode === undefined
      ? undefined
      : {
          rsv: 4,
          threshold: 0,
          encode: () => undefined,
          encodePrepared: () => undefined,
          decode: (data: Uint8Array) =>
            decode !== "later"
              ? decode(data)
              : new Promise<Uint8Array>((resolve, reject) => pending.push({ finish: resolve, fail: reject })),
          close() {},
        };
  const incoming = new Incoming({ ...defaultLimits, ...limits }, clock, textAsBytes);
  const target: IncomingTarget = {
    transform,
    isDecoding: false,
    isHolding: false,
    rates: undefined,
    onSaid(said) {
      log.push(describeSaid(said));
      return isFull();
    },
    onClose(code, reason) {
      log.push(`close ${code} ${reason}`.trimEnd());
      core.on("peer-close");
    },
    onViolation(code, reason) {
      log.push(`violation ${code} ${reason}`);
      core.on("fail");
    },
    onFailure(error) {
      log.push(`failed: ${(error as Error).message}`);
      core.on("fail");
    },
    onDecoding: () => log.push(target.isDecoding ? "decoding" : "decoded"),
    inTurn(work) {
      log.push("turn begins");
      work();
      log.push("turn ends");
    },
  };
  const receive = (...frames: Uint8Array[]): boolean => {
    // The memory of a read is used again: what is not copied is gone.
    const bytes = Buffer.concat(frames);
    const completed = incoming.receive(target, core, bytes, 0, bytes.length);
    bytes.fill(0xff);
    return completed;
  };
  const take = (): string[] => log.splice(0);
  const goOn = (all = false): void => incoming.goOn(target, core, all);
  return { target, core, clock, pending, receive, goOn, take };
}

function describeSaid(said: Said): string {
  return `${said.type} ${typeof said.data === "string" ? said.data : Buffer.from(said.data).toString()}`.trimEnd();
}

/** A frame that an extension has marked. */
const marked = (payload: string, opcode = 1): Buffer => frame({ opcode, rsv: 4, payload });

describe("without an extension", () => {
  test("what the peer says comes out in order", () => {
    const { receive, take } = make();
    const frames = [
      textFrame("a"),
      pingFrame("p"),
      frame({ opcode: 2, payload: "b" }),
      pongFrame("q"),
      closeFrame(4000, "r"),
    ];
    receive(...frames);
    expect(take()).toEqual(["text a", "ping p", "binary b", "pong q", "close 4000 r"]);
  });

  test("what comes behind as much as may wait stays unread until there is room, whatever it is", () => {
    let room = 2;
    const { receive, goOn, take, target } = make({ isFull: () => --room <= 0 });
    receive(textFrame("a"), textFrame("b"), pingFrame("p"), textFrame("c"));
    receive(textFrame("d"), closeFrame(1000));
    expect(take()).toEqual(["text a", "text b"]);
    expect(target.isHolding).toBe(true);
    goOn();
    expect(take()).toEqual(["ping p"]);
    room = 2;
    goOn();
    expect(take()).toEqual(["text c", "text d"]);
    goOn(true);
    expect(take()).toEqual(["close 1000"]);
    expect(target.isHolding).toBe(false);
  });

  test("all of what is held comes when nothing else will", () => {
    const { receive, goOn, take } = make({ isFull: () => true });
    receive(textFrame("a"), textFrame("b"), textFrame("c"), textFrame("d").subarray(0, 3));
    expect(take()).toEqual(["text a"]);
    goOn(true);
    expect(take()).toEqual(["text b", "text c"]);
  });

  test("it says whether a data message was completed", () => {
    const { receive } = make();
    expect(receive(textFrame("a").subarray(0, 3))).toBe(false);
    expect(receive(textFrame("a").subarray(3), textFrame("b").subarray(0, 3))).toBe(true);
    expect(receive(textFrame("b").subarray(3))).toBe(true);
    expect(receive(pingFrame())).toBe(false);
  });

  test("text that no string can hold fails the connection, not the process", () => {
    const { receive, take } = make({
      utf8: {
        isValid: () => true,
        decode: () => {
          throw new Error("too long");
        },
      },
    });
    receive(pingFrame("p"), textFrame("a".repeat(200)), textFrame("b"));
    expect(take()).toEqual(["ping p", "failed: too long"]);
    receive(textFrame("c"));
    expect(take()).toEqual([]);
  });

  test("a violation has its close code", () => {
    const { receive, take } = make();
    receive(textFrame("a"), frame({ opcode: 3 }), textFrame("b"));
    expect(take()).toEqual(["text a", expect.stringMatching(/^violation 1002 /)]);
  });

  test("a marked message is a violation", () => {
    const { receive, take } = make();
    receive(marked("a"));
    expect(take()).toEqual([expect.stringMatching(/^violation 1002 /)]);
  });
});

describe("rates", () => {
  test("too many control frames: 1008, and nothing behind them", () => {
    const { receive, take } = make({ limits: { controlFrames: { perSecond: 10, burst: 2 } } });
    receive(pingFrame("1"), textFrame("a"), pongFrame("2"), pingFrame("3"), textFrame("b"));
    expect(take()).toEqual(["ping 1", "text a", "pong 2", "violation 1008 too many control frames"]);
  });

  test("time brings them back", () => {
    const { receive, take, clock } = make({ limits: { controlFrames: { perSecond: 10, burst: 1 } } });
    for (let i = 0; i < 3; i++) {
      receive(pingFrame());
      clock.milliseconds += 100;
    }
    expect(take()).toEqual(["ping", "ping", "ping"]);
  });

  test("too many messages: 1008; control frames are not messages", () => {
    const { receive, take } = make({ limits: { messages: { perSecond: 1, burst: 2 } } });
    receive(pingFrame(), textFrame("a"), pingFrame(), textFrame("b"), pingFrame(), textFrame("c"));
    expect(take()).toEqual(["ping", "text a", "ping", "text b", "ping", "violation 1008 too many messages"]);
  });

  test("marked messages count too", () => {
    const { receive, take } = make({
      limits: { messages: { perSecond: 1, burst: 1 } },
      decode: (data) => data,
    });
    receive(marked("a"), marked("b"));
    expect(take()).toEqual(["text a", "violation 1008 too many messages"]);
  });
});

describe("an extension that decodes at once", () => {
  const decode = (data: Uint8Array): Uint8Array => Uint8Array.from(data).reverse();

  test("marked messages are decoded, others are as they are", () => {
    const { receive, take } = make({ decode });
    expect(receive(marked("ab"), textFrame("cd"), marked("ef", 2))).toBe(true);
    expect(take()).toEqual(["text ba", "text cd", "binary fe"]);
  });

  test("text may be wanted as its bytes", () => {
    const { receive, take } = make({ decode, textAsBytes: true });
    receive(marked("ab"), textFrame("cd"), marked("ef", 2));
    expect(take()).toEqual(["text-bytes ba", "text-bytes cd", "binary fe"]);
  });

  test("text that is not UTF-8 once decoded: 1007; bytes need not be", () => {
    const { receive, take } = make({ decode: () => Uint8Array.of(0xff) });
    receive(marked("a", 2), marked("a"), textFrame("b"));
    expect(take()).toEqual(["binary \ufffd", expect.stringMatching(/^violation 1007 /)]);
  });

  test("what the peer encoded wrongly is its fault, anything else is ours", () => {
    const broken = make({
      decode: () => {
        throw new ProtocolError("message-too-large");
      },
    });
    broken.receive(marked("a"), textFrame("b"));
    expect(broken.take()).toEqual([expect.stringMatching(/^violation 1009 /)]);
    const buggy = make({
      decode: () => {
        throw new TypeError("a bug");
      },
    });
    buggy.receive(marked("a"), textFrame("b"));
    expect(buggy.take()).toEqual(["failed: a bug"]);
  });
});

describe("an extension that decodes elsewhere", () => {
  test("nothing overtakes a message that is being decoded, and nothing is lost", async () => {
    const { target, receive, take, pending } = make({ decode: "later" });
    receive(textFrame("a"), marked("?"), textFrame("b"), marked("?"));
    expect(take()).toEqual(["text a", "decoding"]);
    expect(target.isDecoding).toBe(true);
    receive(pingFrame("c"));
    receive(closeFrame(4000).subarray(0, 4));
    receive(closeFrame(4000).subarray(4));
    expect(take()).toEqual([]);
    pending.shift()!.finish(Buffer.from("first"));
    await settle();
    expect(take()).toEqual(["turn begins", "text first", "text b", "decoding", "turn ends", "decoding"]);
    pending.shift()!.finish(Buffer.from("second"));
    await settle();
    expect(take()).toEqual(["turn begins", "text second", "ping c", "close 4000", "turn ends", "decoded"]);
    expect(target.isDecoding).toBe(false);
  });

  test("a message that cannot be decoded: nothing behind it is heard", async () => {
    const { receive, take, pending } = make({ decode: "later" });
    receive(marked("?"), textFrame("b"));
    pending.shift()!.fail(new ProtocolError("message-too-large"));
    await settle();
    expect(take()).toEqual([
      "decoding",
      "turn begins",
      expect.stringMatching(/^violation 1009 /),
      "turn ends",
      "decoded",
    ]);
    const other = make({ decode: "later" });
    other.receive(marked("?"), textFrame("b"));
    other.pending.shift()!.fail(new Error("a bug"));
    await settle();
    expect(other.take()).toContain("failed: a bug");
  });

  test("what fails once it is decoded fails the connection, and leaves no turn open", async () => {
    const { receive, take, pending } = make({ decode: "later" });
    receive(marked("?"), textFrame("b"));
    pending.shift()!.finish(undefined as unknown as Uint8Array);
    await settle();
    expect(take()).toEqual([
      "decoding",
      "turn begins",
      expect.stringMatching(/^failed: /),
      "turn ends",
      "decoded",
    ]);
  });

  test("a message that was being decoded when the connection ended is not heard", async () => {
    for (const event of ["close", "peer-end", "gone", "timeout", "fail"] as const) {
      const { core, receive, take, pending } = make({ decode: "later" });
      receive(marked("?"), textFrame("b"));
      core.on(event);
      take();
      pending.shift()!.finish(Buffer.from("late"));
      await settle();
      expect(take()).toEqual(["turn begins", "turn ends", "decoded"]);
    }
  });

  test("the peer's Close behind it is found when ours is out", async () => {
    const { core, receive, take, pending } = make({ decode: "later" });
    receive(marked("?"), textFrame("b"), closeFrame(4001));
    core.on("close");
    take();
    pending.shift()!.finish(Buffer.from("late"));
    await settle();
    expect(take()).toEqual(["turn begins", "close 4001", "turn ends", "decoded"]);
  });
});
