import { describe, expect, test } from "vitest";
import { binaryFrame, frame, hex } from "../support/frame-bytes.ts";
import { expectRow, violation } from "../support/frame-rows.ts";
import { start } from "../support/start.ts";

const message = 1000;

const rows = [
  violation("a 16-bit length of 0", hex("82 fe 0000 00000000"), 1002),
  violation("a 16-bit length of 1", hex("82 fe 0001 00000000 61"), 1002),
  violation("a 16-bit length of 125", hex("82 fe 007d 00000000"), 1002),
  violation("a 64-bit length of 1", hex("82 ff 0000000000000001 00000000 61"), 1002),
  violation("a 64-bit length of 65535", hex("82 ff 000000000000ffff 00000000"), 1002),
  violation("a 64-bit length with the top bit set", hex("82 ff 8000000000000000 00000000"), 1002),
  violation("a 64-bit length of all ones", hex("82 ff ffffffffffffffff 00000000"), 1002),
  violation("a length of 2^53", hex("82 ff 0020000000000000 00000000"), 1009),
  violation("a length of 2^63 - 1", hex("82 ff 7fffffffffffffff 00000000"), 1009),
  violation("a length of 2^32 + 1", hex("82 ff 0000000100000001 00000000"), 1009),
  violation("a length of 2^32 whose low word is 0", hex("82 ff 0000000100000000 00000000"), 1009),
  violation("a length of one more than the limit, then silence", hex("82 fe 03e9 00000000"), 1009),
];

/** 2^53 and more may be called malformed or too big: both are in the catalogue. */
const either = ["a length of 2^53", "a length of 2^63 - 1"];

describe("payload lengths (RFC 6455 §5.2): judged on the header, before any payload", () => {
  test.each(rows.filter(({ what }) => !either.includes(what)))("$what", async (row) => {
    await expectRow(await start({ limits: { message } }), row);
  });

  test.each(rows.filter(({ what }) => either.includes(what)))("$what", async ({ bytes }) => {
    const running = await start({ limits: { message } });
    for (let cut = 0; cut < bytes.length; cut++) {
      const client = await running.open();
      await client.writeCut(bytes, cut);
      const [line = ""] = await client.framesToEnd();
      expect(["close 1002", "close 1009"]).toContain(line);
      const closed = (await running.log.next("closed")).line;
      expect(["closed 1002 protocol", "closed 1009 protocol"]).toContain(closed);
    }
    expect(running.log.count("binary")).toBe(0);
  });

  test("a wrong length is refused with the header, which has at most 14 octets", async () => {
    const running = await start({ limits: { message } });
    for (const digits of [
      "82 fe 0001 00000000",
      "82 fe 03e9 00000000",
      "82 ff 0000000100000001 00000000",
      "82 ff 8000000000000000 00000000",
      "89 fe 007e 00000000",
      "89 ff 0000000000010000 00000000",
    ]) {
      const client = await running.open();
      await client.writeBytewise(hex(digits));
      const [line] = await client.framesToEnd();
      expect(line, digits).toMatch(/^close 10(02|09)$/);
    }
  });

  test.each([0, 1, 125, 126, 127, 128, 65_535, 65_536, 65_537])(
    "a message of %i octets arrives",
    async (length) => {
      const running = await start();
      const payload = Buffer.alloc(length, 0x61);
      const bytes = binaryFrame(payload);
      for (const cut of [0, 1, 2, 3, 4, 6, 8, 10, 12, 13, 14, 15, bytes.length - 1]) {
        const client = await running.open();
        await client.writeCut(bytes, Math.min(cut, bytes.length));
        expect(Buffer.from((await running.log.next("binary")).value as Uint8Array).equals(payload)).toBe(
          true,
        );
        client.destroy();
      }
    },
  );

  test("a masked message of every length from 0 to 40 is unmasked right, with a key of its own", async () => {
    const running = await start();
    const client = await running.open();
    for (let length = 0; length <= 40; length++) {
      const payload = Buffer.from(Array.from({ length }, (_, i) => (i * 37 + length) & 255));
      client.write(frame({ opcode: 2, payload, key: [0x37, 0xfa, 0x21, length] }));
      expect(Buffer.from((await running.log.next("binary")).value as Uint8Array)).toEqual(payload);
    }
  });

  test("the limit holds for the sum of the fragments", async () => {
    const running = await start({ limits: { message } });
    const client = await running.open();
    client.write(frame({ opcode: 2, fin: false, payload: Buffer.alloc(message) }));
    client.write(frame({ opcode: 0, payload: Buffer.alloc(1) }));
    expect(await client.framesToEnd()).toEqual(["close 1009"]);
    expect((await running.log.next("closed")).line).toBe("closed 1009 protocol");
  });

  test("a message of exactly the limit is delivered, whole or in fragments", async () => {
    const running = await start({ limits: { message } });
    const client = await running.open();
    client.write(binaryFrame(Buffer.alloc(message)));
    client.write(frame({ opcode: 2, fin: false, payload: Buffer.alloc(message - 1) }));
    client.write(frame({ opcode: 0, payload: Buffer.alloc(1) }));
    for (let i = 0; i < 2; i++) expect((await running.log.next("binary")).line).toBe("binary of 1000");
  });
});
