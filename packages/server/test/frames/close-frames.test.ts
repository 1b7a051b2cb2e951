import { describe, expect, test } from "vitest";
import { closeFrame, frame, hex } from "../support/frame-bytes.ts";
import { expectRow, type FrameRow, violation } from "../support/frame-rows.ts";
import { start } from "../support/start.ts";

const refused = [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 1999, 2000, 2999, 5000, 65_535];
const echoed = [
  1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999,
];

const rows: FrameRow[] = [
  ...refused.map((code) => violation(`close code ${code} is refused`, closeFrame(code), 1002)),
  ...echoed.map((code) => ({
    what: `close code ${code} is echoed`,
    bytes: closeFrame(code),
    events: [`closed ${code} peer`],
    answer: [`close ${code}`],
  })),
  {
    what: "an empty Close gets an empty Close and is reported as 1005",
    bytes: closeFrame(),
    events: ["closed 1005 peer"],
    answer: ["close"],
  },
  violation("a reason that is not UTF-8", hex("88 84 00000000 03e8 c0af"), 1007),
  violation("a reason that ends inside a code point", hex("88 84 00000000 03e8 e282"), 1007),
  violation("a reason with a surrogate", hex("88 85 00000000 03e8 eda080"), 1007),
  {
    what: "data behind a Close is ignored",
    bytes: hex("88 82 00000000 03e8  81 81 00000000 61"),
    events: ["closed 1000 peer"],
    answer: ["close 1000"],
  },
  {
    what: "a second Close is ignored",
    bytes: hex("88 82 00000000 03e8  88 82 00000000 03e9"),
    events: ["closed 1000 peer"],
    answer: ["close 1000"],
  },
  {
    what: "garbage behind a Close is ignored",
    bytes: hex("88 82 00000000 03e8  ff ff ff ff"),
    events: ["closed 1000 peer"],
    answer: ["close 1000"],
  },
  {
    what: "garbage behind a violation is ignored",
    bytes: hex("83 80 00000000  81 81 00000000 61  88 82 00000000 03e8"),
    events: ["closed 1002 protocol"],
    answer: ["close 1002"],
  },
];

describe("Close frames (RFC 6455 §5.5.1, §7.4)", () => {
  test.each(rows)("$what", async (row) => expectRow(await start(), row));

  test("every close code is echoed or refused as the registry says", async () => {
    const running = await start();
    const accepts = (code: number): boolean =>
      (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
    const codes = [...Array(50).keys()]
      .map((i) => 990 + i)
      .concat([2998, 2999, 3000, 3001, 4998, 4999, 5000, 5001, 32_768]);
    for (const code of codes) {
      const client = await running.open();
      client.write(closeFrame(code));
      expect(await client.framesToEnd(), String(code)).toEqual([
        accepts(code) ? `close ${code}` : "close 1002",
      ]);
    }
  });

  test("a reason of 123 octets arrives whole", async () => {
    const running = await start();
    const client = await running.open();
    const reason = `${"\u20ac".repeat(40)}abc`;
    client.write(closeFrame(4000, reason));
    expect((await running.log.next("closed")).value).toMatchObject({
      code: 4000,
      reason,
      wasClean: true,
      by: "peer",
    });
  });

  test("a Close frame of 126 octets is 1002", async () => {
    const running = await start();
    const client = await running.open();
    client.write(frame({ opcode: 8, payload: Buffer.concat([hex("03e8"), Buffer.alloc(124, 0x61)]) }));
    expect(await client.framesToEnd()).toEqual(["close 1002"]);
  });

  test("the reason of a violation is valid UTF-8 of at most 123 octets", async () => {
    const running = await start();
    for (const bytes of [
      hex("83 80 00000000"),
      hex("81 00"),
      hex("09 80 00000000"),
      hex("81 81 00000000 ff"),
      closeFrame(1005),
    ]) {
      const client = await running.open();
      client.write(bytes);
      const { payload } = await client.frame();
      expect(payload.length).toBeLessThanOrEqual(125);
      new TextDecoder("utf-8", { fatal: true }).decode(payload.subarray(2));
    }
  });
});
