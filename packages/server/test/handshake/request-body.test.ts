import { describe, expect, test } from "vitest";
import { expectAnswer, type Row } from "../support/answers.ts";
import { textFrame } from "../support/frame-bytes.ts";
import { request } from "../support/http-bytes.ts";
import { start } from "../support/start.ts";

const withBody = (body: Uint8Array | string, ...lines: string[]): Buffer => request({ add: lines, body });
const bad = { answer: [400] } as const;

const rows: Row[] = [
  {
    id: "H097",
    what: "Content-Length: 0 is accepted",
    bytes: withBody("", "Content-Length: 0"),
    answer: [101],
  },
  { id: "H098", what: "a body is refused", bytes: withBody("hello", "Content-Length: 5"), ...bad },
  {
    id: "H099",
    what: "a body that is a frame is refused",
    bytes: withBody(textFrame("hi"), "Content-Length: 8"),
    ...bad,
  },
  {
    id: "H100",
    what: "a body that never comes is refused",
    bytes: withBody("", "Content-Length: 5"),
    ...bad,
  },
  {
    id: "H101",
    what: "a chunked body is refused",
    bytes: withBody("5\r\nhello\r\n0\r\n\r\n", "Transfer-Encoding: chunked"),
    ...bad,
  },
  {
    id: "H102",
    what: "Transfer-Encoding with Content-Length is refused",
    bytes: withBody("0\r\n\r\n", "Transfer-Encoding: chunked", "Content-Length: 5"),
    ...bad,
  },
  {
    id: "H103",
    what: "two Content-Lengths are refused",
    bytes: withBody("", "Content-Length: 0", "Content-Length: 5"),
    ...bad,
  },
  {
    id: "",
    what: "two equal Content-Lengths are refused",
    bytes: withBody("", "Content-Length: 0", "Content-Length: 0"),
    ...bad,
  },
  {
    id: "",
    what: "a list of Content-Lengths is refused",
    bytes: withBody("", "Content-Length: 0, 0"),
    ...bad,
  },
  { id: "H104", what: "Content-Length: -1 is refused", bytes: withBody("", "Content-Length: -1"), ...bad },
  { id: "H105", what: "Content-Length: +0 is refused", bytes: withBody("", "Content-Length: +0"), ...bad },
  { id: "H106", what: "Content-Length: 0x0 is refused", bytes: withBody("", "Content-Length: 0x0"), ...bad },
  {
    id: "H107",
    what: "Transfer-Encoding: xchunked is refused",
    bytes: withBody("", "Transfer-Encoding: xchunked"),
    ...bad,
  },
  {
    id: "H108",
    what: "Transfer-Encoding: identity is refused",
    bytes: withBody("", "Transfer-Encoding: identity"),
    ...bad,
  },
  {
    id: "",
    what: "a Content-Length of 10^400 is refused",
    bytes: withBody("", `Content-Length: 1${"0".repeat(400)}`),
    ...bad,
  },
  { id: "", what: "an empty Content-Length is refused", bytes: withBody("", "Content-Length:"), ...bad },
];

describe("a handshake has no body (RFC 9112 §6)", () => {
  test.each(rows)("$id $what", async (row) => {
    const running = await start();
    await expectAnswer(running, row, false);
    running.log.clear();
    await expectAnswer(running, row, true);
  });

  test("H109 Expect: 100-continue gets 417, or 101 without a 100 first", async () => {
    const running = await start();
    const client = await running.connect();
    client.write(withBody("", "Expect: 100-continue"));
    expect([417, 101]).toContain((await client.head()).status);
  });
});
