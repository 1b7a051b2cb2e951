import { describe, expect, test } from "vitest";
import { expectAnswer, type Row } from "../support/answers.ts";
import { request } from "../support/http-bytes.ts";
import { start } from "../support/start.ts";

const offer = (value: string): Buffer => request({ add: [`Sec-WebSocket-Extensions: ${value}`] });

/** A malformed offer may be refused or declined, never answered with 5xx (checked: 101 comes without the header). */
const row = (id: string, what: string, value: string, bytewise = true): Row => ({
  id,
  what,
  bytes: offer(value),
  answer: [400, 101],
  bytewise,
});

const rows: Row[] = [
  row("H070", "garbage", "@@@ ;;; ==="),
  row(
    "H071",
    "a parameter twice",
    "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
  ),
  row("H072", "window bits 7", "permessage-deflate; server_max_window_bits=7"),
  row("H073", "window bits 8", "permessage-deflate; server_max_window_bits=8"),
  row("H074", "window bits without a value", "permessage-deflate; server_max_window_bits"),
  row("H075", "an unknown extension", "x-unknown; a=1; b"),
  row("H076", "a quoted value that is no token", 'permessage-deflate; a="b c"'),
  row("H077", "an extension called constructor", "constructor; __proto__=1; toString"),
  row("H078", "700 offers", Array.from({ length: 700 }, () => "permessage-deflate").join(","), false),
  row("", "an unfinished quoted string", 'a; b="c'),
  row("", "a quoted string of 10 kB of backslashes", `a; b="${"\\".repeat(10_000)}"`, false),
  row("", "an empty header", ""),
];

describe("extensions (RFC 6455 §9.1)", () => {
  test.each(rows)("$id $what is declined or refused", async (entry) => {
    const running = await start();
    await expectAnswer(running, entry, false);
    running.log.clear();
    if (entry.bytewise !== false) await expectAnswer(running, entry, true);
  });

  test.each([
    ["H072 window bits", "permessage-deflate; client_max_window_bits=7"],
    ["an unknown one", "x-unknown; a=1"],
    ["permessage-deflate", "permessage-deflate; client_max_window_bits"],
  ])(
    "%s: a well-formed offer that nobody supports is declined by leaving the header out",
    async (_, value) => {
      const running = await start();
      await expectAnswer(running, { id: "", what: value, bytes: offer(value), answer: [101] }, false);
    },
  );

  test("each of these costs less than 5 ms of CPU, as a mean over twenty", async () => {
    const running = await start();
    for (const entry of rows) {
      const clients = await Promise.all(Array.from({ length: 20 }, () => running.connect()));
      const before = process.cpuUsage();
      for (const client of clients) client.write(entry.bytes);
      await Promise.all(clients.map((client) => client.head()));
      const { user, system } = process.cpuUsage(before);
      expect((user + system) / 1000 / clients.length, entry.what).toBeLessThan(5);
      for (const client of clients) client.destroy();
    }
    await running.empty();
  });
});
