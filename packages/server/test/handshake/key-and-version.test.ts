import { describe, test } from "vitest";
import { expectAnswer, type Row } from "../support/answers.ts";
import { request, sampleKey } from "../support/http-bytes.ts";
import { start } from "../support/start.ts";

const key = (value: string): Buffer =>
  request({ replace: { "Sec-WebSocket-Key": `Sec-WebSocket-Key:${value}` } });
const version = (...lines: string[]): Buffer =>
  request({
    replace: {
      "Sec-WebSocket-Version": lines.map((value) => `Sec-WebSocket-Version: ${value}`).join("\r\n"),
    },
  });

const badKey = { answer: [400], error: "key" } as const;
const badVersion = { answer: [426], error: "version", headers: [["Sec-WebSocket-Version", "13"]] } as const;

const rows: Row[] = [
  {
    id: "H048",
    what: "Hixie-76 is refused and told the version",
    bytes: request({
      without: ["Sec-WebSocket-Key", "Sec-WebSocket-Version"],
      add: ["Sec-WebSocket-Key1: 4 @1  46546xW%0l 1 5", "Sec-WebSocket-Key2: 12998 5 Y3 1  .P00"],
      body: "^n:ds[4U",
    }),
    ...badVersion,
  },
  { id: "H049", what: "no key is refused", bytes: request({ without: ["Sec-WebSocket-Key"] }), ...badKey },
  { id: "H050", what: "an empty key is refused", bytes: key(""), ...badKey },
  {
    id: "H051",
    what: "a key of 15 octets is refused",
    bytes: key(` ${Buffer.alloc(15, 1).toString("base64")}`),
    ...badKey,
  },
  {
    id: "H052",
    what: "a key of 17 octets is refused",
    bytes: key(` ${Buffer.alloc(17, 1).toString("base64")}`),
    ...badKey,
  },
  {
    id: "H053",
    what: "a key that is not base64 is refused",
    bytes: key(" dGhlIHNhbXBsZSBub25jZ!=="),
    ...badKey,
  },
  {
    id: "H055",
    what: "two keys are refused",
    bytes: request({ add: [`Sec-WebSocket-Key: ${sampleKey}`] }),
    ...badKey,
  },
  {
    id: "H056",
    what: "white space around the key is no part of it",
    bytes: key(` \t ${sampleKey} \t`),
    answer: [101],
  },
  {
    id: "H057",
    what: "no version is refused",
    bytes: request({ without: ["Sec-WebSocket-Version"] }),
    ...badVersion,
  },
  { id: "H058", what: "version 8 is refused", bytes: version("8"), ...badVersion },
  { id: "H059", what: "version 14 is refused", bytes: version("14"), ...badVersion },
  { id: "H060", what: "a list of versions is refused", bytes: version("13, 8"), ...badVersion },
  { id: "H061", what: "version 0xd is refused", bytes: version("0xd"), ...badVersion },
  { id: "H062", what: "version 1.3e1 is refused", bytes: version("1.3e1"), ...badVersion },
  { id: "H063", what: "the version twice is refused", bytes: version("13", "13"), ...badVersion },
  { id: "", what: "version 013 is refused", bytes: version("013"), ...badVersion },
];

describe("Sec-WebSocket-Key and Sec-WebSocket-Version (RFC 6455 §4.2.1)", () => {
  test.each(rows)("$id $what", async (row) => {
    const running = await start();
    await expectAnswer(running, row, false);
    running.log.clear();
    await expectAnswer(running, row, true);
  });

  test("H054 a key whose last bits are not zero does no harm", async () => {
    const running = await start();
    const client = await running.connect();
    client.write(key(" dGhlIHNhbXBsZSBub25jZR=="));
    const { status } = await client.head();
    if (status !== 101 && status !== 400) throw new Error(`unexpected ${status}`);
  });
});
