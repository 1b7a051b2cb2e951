import { describe, expect, test } from "vitest";
import { expectAnswer, type Row } from "../support/answers.ts";
import { request } from "../support/http-bytes.ts";
import { start } from "../support/start.ts";

const field = (...lines: string[]): Buffer => request({ add: lines });
const many = (count: number): string[] => Array.from({ length: count }, (_, i) => `X-Filler-${i}: ${i}`);
const bad = { answer: [400] } as const;

/** The good handshake has five fields of its own. */
const own = 5;

const rows: Row[] = [
  { id: "H081", what: "a field without a colon is refused", bytes: field("X-A b"), ...bad },
  { id: "H082", what: "a space before the colon is refused", bytes: field("X-A : b"), ...bad },
  { id: "H083", what: "an empty name is refused", bytes: field(": b"), ...bad },
  { id: "H084", what: "a name that is no token is refused", bytes: field("X(A): b"), ...bad },
  {
    id: "H085",
    what: "a space after the start line is refused",
    bytes: request({ line: "GET /ws HTTP/1.1\r\n X-A: b" }),
    ...bad,
  },
  { id: "H086", what: "a folded line is refused", bytes: field("X-A: b", " c"), ...bad },
  { id: "", what: "a line folded with a tab is refused", bytes: field("X-A: b", "\tc"), ...bad },
  { id: "H087", what: "a NUL in a value is refused", bytes: field("X-A: b\0c"), ...bad },
  { id: "H088", what: "a bare CR in a value is refused", bytes: field("X-A: b\rc"), ...bad },
  { id: "H089", what: "a bare LF in a value is refused", bytes: field("X-A: b\nc"), ...bad },
  { id: "H090", what: "\\x01 in a value is refused", bytes: field("X-A: b\x01c"), ...bad },
  { id: "H091", what: "\\x7f in a value is refused", bytes: field("X-A: b\x7fc"), ...bad },
  { id: "H092", what: "\\xff in a value is accepted", bytes: field("X-A: \xff"), answer: [101] },
  { id: "", what: "an empty value is accepted", bytes: field("X-A:"), answer: [101] },
  {
    id: "",
    what: "a bare LF that ends the head is refused",
    bytes: Buffer.from(
      request()
        .toString("latin1")
        .replace(/\r\n\r\n$/, "\r\n\n"),
      "latin1",
    ),
    ...bad,
  },
  {
    id: "H093",
    what: "a field of 20 kB is refused",
    bytes: field(`X-A: ${"a".repeat(20_000)}`),
    answer: [431],
    bytewise: false,
  },
  {
    id: "H094",
    what: "150 fields are refused",
    bytes: field(...many(150 - own)),
    answer: [431],
    bytewise: false,
  },
  {
    id: "H095",
    what: "3,000 fields are refused",
    bytes: field(...many(3000 - own)),
    answer: [431],
    bytewise: false,
  },
  {
    id: "",
    what: "100 fields are accepted",
    bytes: field(...many(100 - own)),
    answer: [101],
    bytewise: false,
  },
  {
    id: "",
    what: "101 fields are refused",
    bytes: field(...many(101 - own)),
    answer: [431],
    bytewise: false,
  },
  {
    id: "",
    what: "15 KiB of fields are accepted",
    bytes: field(`X-A: ${"a".repeat(15_000)}`),
    answer: [101],
    bytewise: false,
  },
];

describe("header fields (RFC 9112 §5)", () => {
  test.each(rows)("$id $what", async (row) => {
    const running = await start();
    await expectAnswer(running, row, false);
    running.log.clear();
    if (row.bytewise !== false) await expectAnswer(running, row, true);
  });

  test("H092 the value \\xff reaches the handler as one latin1 character", async () => {
    const running = await start();
    await running.open(field("X-A: \xff\xe4"));
    const { headers } = (await running.log.next("handshake")).value as {
      headers: { get(name: string): string | undefined };
    };
    expect(headers.get("x-A")).toBe("\xff\xe4");
  });

  test("every field reaches the handler, repeated ones joined and in order", async () => {
    const running = await start();
    await running.open(field("X-A: 1", "Cookie: a=b", "x-a: 2", "__proto__: 3", "constructor: 4"));
    const { headers } = (await running.log.next("handshake")).value as {
      headers: { get(name: string): string | undefined; getAll(name: string): readonly string[] };
    };
    expect(headers.getAll("X-A")).toEqual(["1", "2"]);
    expect(headers.get("x-a")).toBe("1, 2");
    expect(headers.get("cookie")).toBe("a=b");
    expect(headers.get("__proto__")).toBe("3");
    expect(headers.get("constructor")).toBe("4");
    expect(headers.get("toString")).toBeUndefined();
  });

  test("nothing of a refused request is repeated in the answer", async () => {
    const running = await start();
    const client = await running.connect();
    client.write(field("X-\x1b[31mA: evil\x01"));
    await client.head();
    await client.ended();
    expect(client.unread.toString("latin1")).not.toContain("evil");
    expect(client.unread.includes(0x1b)).toBe(false);
  });

  test("15 kB of separators in a list cost less than 5 ms each", async () => {
    const running = await start();
    const names = ["Connection", "Upgrade", "Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions", "Origin"];
    const values = [",", " ", '"', "a,", ";=", "\\"].map((unit) => unit.repeat(15_000 / unit.length));
    const requests = names.flatMap((name) => values.map((value) => field(`${name}: ${value}`)));
    const clients = await Promise.all(requests.map(() => running.connect()));
    const before = process.cpuUsage();
    for (const [i, client] of clients.entries()) client.write(requests[i]!);
    await Promise.all(clients.map((client) => client.head()));
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000 / requests.length).toBeLessThan(5);
  });
});
