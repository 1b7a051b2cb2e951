import { describe, expect, test } from "vitest";
import { expectAnswer } from "../support/answers.ts";
import { hex } from "../support/frame-bytes.ts";
import { request } from "../support/http-bytes.ts";
import { start } from "../support/start.ts";

/** The first 60 octets of a TLS 1.3 ClientHello. */
const clientHello = hex(
  "16030100f8010000f40303000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20e0e1e2e3e4e5e6e7e8e9eaebecedeeef",
);

const rows: [id: string, what: string, bytes: Buffer][] = [
  ["H119", "a TLS hello", clientHello],
  ["H120", "the HTTP/2 preface", Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")],
  [
    "H121",
    "a PROXY protocol line",
    Buffer.concat([Buffer.from("PROXY TCP4 192.0.2.1 192.0.2.2 5 80\r\n"), request()]),
  ],
  ["H122", "64 kB of 0xff", Buffer.alloc(65_536, 0xff)],
  ["H123", "64 kB of 0x00", Buffer.alloc(65_536)],
];

describe("what is not HTTP/1.1 is answered with 400 or closed, at once", () => {
  test.each(rows)("%s %s", async (id, what, bytes) => {
    const running = await start();
    const before = performance.now();
    await expectAnswer(running, { id, what, bytes, answer: [400, 505, 414, 0] }, false);
    // Far below any deadline: it is the bytes that end it. The catalogue says 100 ms on an idle machine.
    expect(performance.now() - before).toBeLessThan(1000);
  });

  test.each([0, 1, 20, request().length - 1])(
    "H118 a FIN after %i bytes of the request ends the connection",
    async (length) => {
      const running = await start();
      const client = await running.connect({ keepHalf: true });
      client.write(request().subarray(0, length));
      client.fin();
      await client.ended();
      if (client.unread.length > 0) expect((await client.head()).status).toBe(400);
      expect(running.log.entries).toEqual([]);
    },
  );

  test("H118 a FIN right behind a whole request does not hurt the server", async () => {
    const running = await start();
    const client = await running.connect({ keepHalf: true });
    client.write(request());
    client.fin();
    await client.ended();
    client.destroy();
    await running.empty();
    await running.open();
  });
});
