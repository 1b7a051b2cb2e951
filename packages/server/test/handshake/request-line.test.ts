import { describe, test } from "vitest";
import { expectAccepted, expectAnswer, type Row } from "../support/answers.ts";
import { request } from "../support/http-bytes.ts";
import { start } from "../support/start.ts";

const line = (text: string): Buffer => request({ line: text });

const rows: Row[] = [
  { id: "H001", what: "the plain handshake is accepted", bytes: request(), answer: [101] },
  {
    id: "H002",
    what: "POST is refused",
    bytes: line("POST /ws HTTP/1.1"),
    answer: [405, 400],
    error: "method",
  },
  {
    id: "H003",
    what: "HEAD is refused, without a body",
    bytes: line("HEAD /ws HTTP/1.1"),
    answer: [405, 400],
    error: "method",
  },
  { id: "H004", what: "`get` is not GET", bytes: line("get /ws HTTP/1.1"), answer: [405, 400] },
  {
    id: "H005",
    what: "an unknown method is refused",
    bytes: line("FOO /ws HTTP/1.1"),
    answer: [405, 400],
    error: "method",
  },
  { id: "H006", what: "CONNECT is refused", bytes: line("CONNECT exws.test:80 HTTP/1.1"), answer: [400] },
  { id: "H007", what: "HTTP/1.0 cannot upgrade", bytes: line("GET /ws HTTP/1.0"), answer: [505, 400] },
  {
    id: "H008",
    what: "HTTP/2.0 in a request line is refused",
    bytes: line("GET /ws HTTP/2.0"),
    answer: [505, 400],
  },
  { id: "H009", what: "HTTP/1.2 is refused", bytes: line("GET /ws HTTP/1.2"), answer: [505, 400] },
  {
    id: "H010",
    what: "a request line without a version is refused",
    bytes: line("GET /ws"),
    answer: [505, 400],
  },
  {
    id: "H011",
    what: "a lower-case protocol name is refused",
    bytes: line("GET /ws http/1.1"),
    answer: [505, 400],
  },
  {
    id: "H012",
    what: "two spaces in the request line are refused",
    bytes: line("GET  /ws HTTP/1.1"),
    answer: [400],
  },
  {
    id: "H013",
    what: "tabs in the request line are refused",
    bytes: line("GET\t/ws\tHTTP/1.1"),
    answer: [400],
  },
  {
    id: "H014",
    what: "a trailing space in the request line is refused",
    bytes: line("GET /ws HTTP/1.1 "),
    answer: [400],
  },
  {
    id: "H015",
    what: "lines that end in LF alone are refused",
    bytes: request({ eol: "\n" }),
    answer: [400],
  },
  {
    id: "H016",
    what: "lines that end in CR alone are refused",
    bytes: request({ eol: "\r" }),
    answer: [400],
  },
  {
    id: "H017",
    what: "one empty line first is skipped or refused",
    bytes: line("\r\nGET /ws HTTP/1.1"),
    answer: [101, 400],
  },
  {
    id: "H018",
    what: "a thousand empty lines first are refused",
    bytes: line(`${"\r\n".repeat(1000)}GET /ws HTTP/1.1`),
    answer: [400],
    bytewise: false,
  },
  {
    id: "H020",
    what: "an absolute target of another host is refused",
    bytes: line("GET http://other.test/ws HTTP/1.1"),
    answer: [400],
  },
  { id: "H021", what: "the target * is refused", bytes: line("GET * HTTP/1.1"), answer: [400] },
  { id: "H022", what: "a space in the target is refused", bytes: line("GET /w s HTTP/1.1"), answer: [400] },
  { id: "H023", what: "a NUL in the target is refused", bytes: line("GET /w\0s HTTP/1.1"), answer: [400] },
  {
    id: "H024",
    what: "raw UTF-8 in the target is refused",
    bytes: line("GET /w\xc3\xa9 HTTP/1.1"),
    answer: [400],
  },
  {
    id: "H025",
    what: "a fragment in the target is refused",
    bytes: line("GET /ws#top HTTP/1.1"),
    answer: [400],
  },
  {
    id: "H029",
    what: "a target of 100 kB is refused",
    bytes: line(`GET /${"a".repeat(100_000)} HTTP/1.1`),
    answer: [414],
    bytewise: false,
  },
  {
    id: "",
    what: "a request line of 8 KiB is accepted",
    bytes: line(`GET /${"a".repeat(8176)} HTTP/1.1`),
    answer: [101],
    bytewise: false,
  },
  {
    id: "",
    what: "a request line over 8 KiB is refused",
    bytes: line(`GET /${"a".repeat(8179)} HTTP/1.1`),
    answer: [414],
    bytewise: false,
  },
  { id: "", what: "an empty request line is refused", bytes: line(" "), answer: [400] },
];

describe("request line (RFC 9112 §3)", () => {
  test.each(rows)("$id $what", async (row) => {
    const running = await start();
    await expectAnswer(running, row, false);
    running.log.clear();
    if (row.bytewise !== false) await expectAnswer(running, row, true);
  });

  test("H117 the plain handshake, one byte per segment and cut at every byte, is accepted", async () => {
    const running = await start();
    for (let cut = 1; cut < request().length; cut++) {
      const client = await running.connect();
      await client.writeCut(request(), cut);
      await expectAccepted(running, client, await client.head());
    }
    await expectAnswer(running, { id: "H117", what: "bytewise", bytes: request(), answer: [101] }, true);
  });
});
