import { describe, expect, test } from "vitest";
import { hex, pingFrame } from "../support/frame-bytes.ts";
import { expectRow, type FrameRow, violation } from "../support/frame-rows.ts";
import { gate } from "../support/gate.ts";
import { start } from "../support/start.ts";

const closing = "88 82 00000000 03e8";

const bad = [
  violation("an unfinished Ping", hex("09 80 00000000"), 1002),
  violation("an unfinished Pong", hex("0a 80 00000000"), 1002),
  violation("an unfinished Close", hex("08 82 00000000 03e8"), 1002),
  violation("a Ping with the 16-bit length 126", hex("89 fe 007e 00000000"), 1002),
  violation("a Ping with the 64-bit length 65536", hex("89 ff 0000000000010000 00000000"), 1002),
  violation("a Pong with the 16-bit length 126", hex("8a fe 007e 00000000"), 1002),
  violation("a Close with the 16-bit length 126", hex("88 fe 007e 00000000"), 1002),
  violation("a Close with a payload of one octet", hex("88 81 00000000 03"), 1002),
];

const good: FrameRow[] = [
  {
    what: "a Ping without payload gets an empty Pong",
    bytes: hex(`89 80 00000000 ${closing}`),
    events: ["ping", "closed 1000 peer"],
    answer: ["pong", "close 1000"],
  },
  {
    what: "a Ping gets a Pong with its payload (the example of §5.7, masked)",
    bytes: hex(`89 85 37fa213d 7f9f4d5158 ${closing}`),
    events: ["ping 48656c6c6f", "closed 1000 peer"],
    answer: ["pong 48656c6c6f", "close 1000"],
  },
  {
    what: "a Pong that nobody asked for is no answer to anything",
    bytes: hex(`8a 85 37fa213d 7f9f4d5158 ${closing}`),
    events: ["pong 48656c6c6f", "closed 1000 peer"],
    answer: ["close 1000"],
  },
  {
    what: "a Ping between fragments is answered before the message is complete",
    bytes: hex(`01 81 00000000 61  89 81 00000000 70  80 81 00000000 62 ${closing}`),
    events: ["ping 70", 'text "ab"', "closed 1000 peer"],
    answer: ["pong 70", "close 1000"],
  },
  {
    what: "a Close between fragments ends the message and the connection",
    bytes: hex(`01 81 00000000 61 ${closing}`),
    events: ["closed 1000 peer"],
    answer: ["close 1000"],
  },
  {
    what: "no Pong follows a Close: a Ping behind it is ignored",
    bytes: hex(`${closing} 89 80 00000000`),
    events: ["closed 1000 peer"],
    answer: ["close 1000"],
  },
];

describe("malformed control frames (RFC 6455 §5.5): 1002", () => {
  test.each(bad)("$what", async (row) => expectRow(await start(), row));
});

describe("control frames (RFC 6455 §5.5)", () => {
  test.each(good)("$what", async (row) => expectRow(await start(), row));

  test("a Ping of 125 octets comes back whole", async () => {
    const running = await start();
    const client = await running.open();
    const payload = Buffer.from(Array.from({ length: 125 }, (_, i) => i));
    await client.writeBytewise(pingFrame(payload));
    const pong = await client.frame();
    expect(pong.opcode).toBe(10);
    expect(pong.payload).toEqual(payload);
    expect(Buffer.from((await running.log.next("ping")).value as Uint8Array)).toEqual(payload);
  });

  test("a Ping in the middle of a fragmented message is answered while the message is unfinished", async () => {
    const running = await start();
    const client = await running.open();
    client.write(hex("01 81 00000000 61  89 81 00000000 70"));
    expect(await client.frames(1)).toEqual(["pong 70"]);
    expect(running.log.lines()).toEqual(["open", "ping 70"]);
  });

  test("Pings are answered while a handler is busy", async () => {
    const busy = gate();
    const running = await start({ handler: { message: () => busy.promise } });
    const client = await running.open();
    client.write(hex("81 81 00000000 61  89 81 00000000 70"));
    expect(await client.frames(1)).toEqual(["pong 70"]);
    busy.resolve();
    await running.log.next("ping");
  });
});
