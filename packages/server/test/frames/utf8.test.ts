import { describe, expect, test } from "vitest";
import { frame, hex } from "../support/frame-bytes.ts";
import { expectRow, violation } from "../support/frame-rows.ts";
import { start } from "../support/start.ts";

const rows = [
  violation("an overlong slash (C0 AF)", hex("81 82 00000000 c0af"), 1007),
  violation("an overlong NUL (C0 80)", hex("81 82 00000000 c080"), 1007),
  violation("an overlong form of three octets (E0 80 AF)", hex("81 83 00000000 e080af"), 1007),
  violation("an overlong form of four octets (F0 80 80 AF)", hex("81 84 00000000 f08080af"), 1007),
  violation("a surrogate (ED A0 80)", hex("81 83 00000000 eda080"), 1007),
  violation("a pair of surrogates", hex("81 86 00000000 eda081edb081"), 1007),
  violation("a code point above 10FFFF (F4 90 80 80)", hex("81 84 00000000 f4908080"), 1007),
  violation("F5", hex("81 84 00000000 f5808080"), 1007),
  violation("FE", hex("81 81 00000000 fe"), 1007),
  violation("FF", hex("81 81 00000000 ff"), 1007),
  violation("a continuation octet alone", hex("81 81 00000000 80"), 1007),
  violation("an ASCII octet where a continuation is due", hex("81 83 00000000 e28261"), 1007),
  violation("text that ends inside a code point", hex("81 82 00000000 e282"), 1007),
  violation(
    "a message whose last fragment ends inside a code point",
    hex("01 81 00000000 61  80 81 00000000 c3"),
    1007,
  ),
  violation("a bad octet in the second fragment", hex("01 81 00000000 61  80 81 00000000 ff"), 1007),
  violation(
    "an overlong form split between two fragments",
    hex("01 81 00000000 c0  80 81 00000000 af"),
    1007,
  ),
  violation("a surrogate split between two fragments", hex("01 81 00000000 ed  80 82 00000000 a080"), 1007),
  violation("a good message, then a bad one", hex("81 81 00000000 61  81 81 00000000 ff"), 1007, [
    'text "a"',
  ]),
  violation("bad text under a masking key", hex("81 82 01020304 c1ad"), 1007),
];

describe("UTF-8 of text messages (RFC 6455 §8.1): 1007", () => {
  test.each(rows)("$what", async (row) => expectRow(await start(), row));

  test("a handler with raw gets no invalid text either", async () => {
    const running = await start({ handler: { raw() {} } });
    const client = await running.open();
    client.write(hex("81 82 00000000 c0af"));
    expect(await client.framesToEnd()).toEqual(["close 1007"]);
    expect(running.log.count("raw")).toBe(0);
  });

  test("binary messages may hold anything", async () => {
    const running = await start();
    const client = await running.open();
    client.write(hex("82 82 00000000 c0af"));
    expect((await running.log.next("binary")).line).toBe("binary c0af");
  });

  test("a byte order mark is kept", async () => {
    const running = await start();
    const client = await running.open();
    client.write(hex("81 84 00000000 efbbbf61"));
    expect((await running.log.next("text")).value).toBe("\ufeffa");
  });
});

describe("invalid UTF-8 is refused at the first impossible octet (Autobahn 6.4)", () => {
  test("6.4.1-2: in a fragment of an unfinished message", async () => {
    const running = await start();
    const client = await running.open();
    client.write(frame({ opcode: 1, fin: false, payload: hex("cebae1bdb9cf83cebcceb5f4908080") }));
    expect(await client.framesToEnd()).toEqual(["close 1007"]);
  });

  test("6.4.3-4: inside a frame that has not arrived whole", async () => {
    const running = await start();
    const client = await running.open();
    client.write(frame({ opcode: 1, claimed: 21n, payload: hex("cebae1bdb9cf83cebcceb5f490") }));
    expect(await client.framesToEnd()).toEqual(["close 1007"]);
    expect((await running.log.next("closed")).line).toBe("closed 1007 protocol");
  });

  test.each([
    ["c0", "an octet that starts nothing"],
    ["eda0", "the second octet of a surrogate"],
    ["f490", "the second octet of a code point above 10FFFF"],
    ["e080", "the second octet of an overlong form"],
  ])("%s: %s, with the rest of the frame still out", async (digits) => {
    const running = await start();
    for (const key of [
      [0, 0, 0, 0],
      [1, 2, 3, 4],
    ] as const) {
      const payload = Buffer.concat([Buffer.from("abc"), hex(digits)]);
      const bytes = frame({ opcode: 1, key, claimed: 100n, payload });
      for (let cut = 1; cut < bytes.length; cut++) {
        const client = await running.open();
        await client.writeCut(bytes, cut);
        expect(await client.framesToEnd()).toEqual(["close 1007"]);
      }
    }
  });
});
