import { describe, expect, test } from "vitest";
import { binaryFrame, frame, pingFrame, textFrame } from "../support/frame-bytes.ts";
import { start } from "../support/start.ts";

const oneByte = frame({ opcode: 0, fin: false, payload: "x" });
const empty = frame({ opcode: 0, fin: false });

describe("the number of fragments", () => {
  test.each([
    ["one-byte", oneByte],
    ["empty", empty],
  ])("4,097 %s fragments are one too many: 1008", async (_, fragment) => {
    const running = await start();
    const client = await running.open();
    client.write(frame({ opcode: 1, fin: false, payload: "x" }));
    client.write(Buffer.concat(Array.from({ length: 4096 }, () => fragment)));
    expect(await client.framesToEnd()).toEqual(["close 1008"]);
    expect((await running.log.next("closed")).line).toBe("closed 1008 protocol");
    expect(running.log.count("text")).toBe(0);
  });

  test("4,096 fragments are a message", async () => {
    const running = await start();
    const client = await running.open();
    client.write(frame({ opcode: 1, fin: false, payload: "x" }));
    client.write(Buffer.concat(Array.from({ length: 4094 }, () => oneByte)));
    client.write(frame({ opcode: 0, payload: "x" }));
    expect((await running.log.next("text")).line).toBe("text of 4096");
  });

  test("the limit is for one message: the count starts again with the next", async () => {
    const running = await start({ limits: { fragments: 3 } });
    const client = await running.open();
    const message = Buffer.concat([
      frame({ opcode: 1, fin: false, payload: "a" }),
      empty,
      frame({ opcode: 0, payload: "b" }),
    ]);
    for (let i = 0; i < 5; i++) {
      client.write(message);
      expect((await running.log.next("text")).value).toBe("ab");
    }
    client.write(Buffer.concat([frame({ opcode: 1, fin: false }), empty, empty, frame({ opcode: 0 })]));
    expect(await client.framesToEnd()).toEqual(["close 1008"]);
  });

  test("10^6 empty fragments are refused at the limit", async () => {
    const running = await start();
    const client = await running.open();
    client.write(
      Buffer.concat([frame({ opcode: 1, fin: false }), ...Array.from({ length: 1_000_000 }, () => empty)]),
    );
    expect(await client.framesToEnd()).toEqual(["close 1008"]);
    expect((await running.log.next("closed")).line).toBe("closed 1008 protocol");
  });
});

describe("the size of a message", () => {
  test("1 MiB is delivered by default, one octet more is 1009", async () => {
    const running = await start();
    const client = await running.open();
    client.write(binaryFrame(Buffer.alloc(1_048_576)));
    expect((await running.log.next("binary")).line).toBe("binary of 1048576");
    client.write(frame({ opcode: 2, claimed: 1_048_577n }));
    expect(await client.framesToEnd()).toEqual(["close 1009"]);
    expect((await running.log.next("closed")).line).toBe("closed 1009 protocol");
  });

  test("the messages before the one that is too big are delivered", async () => {
    const running = await start({ limits: { message: 10 } });
    const client = await running.open();
    client.write(
      Buffer.concat([textFrame("a"), textFrame("0123456789"), textFrame("0123456789a"), textFrame("b")]),
    );
    expect(await client.framesToEnd()).toEqual(["close 1009"]);
    await running.log.next("closed");
    expect(running.log.lines()).toEqual(["open", 'text "a"', 'text "0123456789"', "closed 1009 protocol"]);
  });

  test("the limit counts octets, not characters", async () => {
    const running = await start({ limits: { message: 10 } });
    const client = await running.open();
    client.write(textFrame("\u20ac\u20ac\u20ac"));
    await running.log.next("text");
    client.write(textFrame("\u20ac\u20ac\u20ac\u20ac"));
    expect(await client.framesToEnd()).toEqual(["close 1009"]);
  });
});

describe("the time a message may take", () => {
  test.each([
    ["fragments that go on for ever", frame({ opcode: 1, fin: false, payload: "a" }), oneByte],
    ["a payload that trickles in", frame({ opcode: 2, claimed: 1000n, payload: "a" }), Buffer.from("x")],
    ["Pings while a message is unfinished", frame({ opcode: 1, fin: false, payload: "a" }), pingFrame()],
  ])("%s are 1008 after messageTimeout", async (_, first, next) => {
    const running = await start({ limits: { messageTimeout: 300, closeTimeout: 300 } });
    const client = await running.open();
    const since = performance.now();
    client.write(first);
    const drip = setInterval(() => client.write(next), 20);
    const sent: string[] = [];
    while (!sent.at(-1)?.startsWith("close")) sent.push(...(await client.frames(1)));
    const elapsed = performance.now() - since;
    // An unfinished payload swallows any answer: the server must not wait for one for ever.
    await client.ended();
    clearInterval(drip);
    expect(sent.filter((line) => !line.startsWith("pong"))).toEqual(["close 1008"]);
    expect(elapsed).toBeGreaterThan(250);
    expect(elapsed).toBeLessThan(1500);
    expect((await running.log.next("closed")).value).toMatchObject({ code: 1008, wasClean: false });
  });

  test("a frame header that never ends is 1008 after messageTimeout, or found dead by the heartbeat", async () => {
    const running = await start({
      limits: { messageTimeout: 200, pingInterval: 200, pingTimeout: 200, closeTimeout: 200 },
    });
    const client = await running.open();
    client.write(Buffer.from([0x81]));
    expect((await running.log.next("closed")).line).toMatch(/^closed (1008|1006) (timeout|protocol)$/);
    client.destroy();
  });

  test("a message that is finished has no deadline", async () => {
    const running = await start({ limits: { messageTimeout: 100 } });
    const client = await running.open();
    client.write(
      Buffer.concat([frame({ opcode: 1, fin: false, payload: "a" }), frame({ opcode: 0, payload: "b" })]),
    );
    await running.log.next("text");
    // Another connection that runs into the deadline shows that it has passed.
    const other = await running.open();
    other.write(frame({ opcode: 1, fin: false, payload: "a" }));
    await other.politeEnd();
    client.write(textFrame("c"));
    expect((await running.log.next("text")).value).toBe("c");
  });
});

describe("the rate of data messages", () => {
  test("is off by default", async () => {
    const running = await start();
    const client = await running.open();
    client.write(Buffer.concat(Array.from({ length: 20_000 }, () => textFrame(""))));
    for (let i = 0; i < 20_000; i++) await running.log.next("text");
  });

  test("more than limits.messages allows are 1008; what was within it is delivered", async () => {
    const running = await start({ limits: { messages: { perSecond: 1, burst: 5 } } });
    const client = await running.open();
    client.write(Buffer.concat(Array.from({ length: 20 }, () => textFrame("a"))));
    expect(await client.framesToEnd()).toEqual(["close 1008"]);
    await running.log.next("closed");
    expect(running.log.count("text")).toBe(5);
  });
});
