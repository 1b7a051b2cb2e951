import { describe, expect, test } from "vitest";
import { destroyClients } from "../support/raw-client.ts";
import { start, type TestOptions } from "../support/start.ts";

const get = (target = "/", method = "GET"): Buffer =>
  Buffer.from(`${method} ${target} HTTP/1.1\r\nHost: exws.test\r\nX-A: 1\r\n\r\n`);

type Respond = NonNullable<TestOptions["request"]>;

async function ask(
  options: TestOptions,
  bytes = get(),
): Promise<{ status: number; body: string; type: string | undefined; errors: unknown[] }> {
  const running = await start(options);
  const client = await running.connect();
  client.write(bytes);
  const head = await client.head();
  await client.ended();
  expect(running.log.entries).toEqual([]);
  const body = client.unread.toString();
  if (head.get("content-length") !== undefined && !bytes.toString().startsWith("HEAD"))
    expect(Number(head.get("content-length"))).toBe(Buffer.byteLength(body));
  destroyClients();
  return { status: head.status, body, type: head.get("content-type"), errors: running.takeErrors() };
}

const page = (respond: Respond): TestOptions => ({ request: respond });

describe("plain HTTP on the server's own port", () => {
  test("without a request callback it is answered with 426", async () => {
    expect((await ask({})).status).toBe(426);
  });

  test("the request callback answers it", async () => {
    const answer = await ask(
      page(() => ({ status: 200, headers: { "content-type": "text/html" }, body: "<p>\u20ac" })),
    );
    expect(answer).toEqual({ status: 200, body: "<p>\u20ac", type: "text/html", errors: [] });
  });

  test("the request callback may be async", async () => {
    const answer = await ask(
      page(async ({ path, query }) => ({ status: 200, body: `${path} ${query}` })),
      get("/a?b=c"),
    );
    expect(answer).toMatchObject({ status: 200, body: "/a b=c" });
  });

  test.each([
    [
      "throws",
      () => {
        throw new Error("no page");
      },
    ],
    [
      "rejects",
      async () => {
        throw new Error("no page");
      },
    ],
  ] as [string, Respond][])("a request callback that %s is a 500 and reaches onError", async (_, respond) => {
    const answer = await ask(page(respond));
    expect(answer.status).toBe(500);
    expect(answer.errors).toEqual([new Error("no page")]);
    expect(answer.body).not.toContain("no page");
  });

  test("a request callback that splits the answer is a 500", async () => {
    const answer = await ask(page(() => ({ status: 200, headers: { "x-a": "1\r\nx-b: 2" }, body: "" })));
    expect(answer.status).toBe(500);
    expect(answer.errors).toHaveLength(1);
  });

  test("a request callback that never settles is answered with 503 at the deadline", async () => {
    const answer = await ask({ limits: { handshakeTimeout: 200 }, request: () => new Promise(() => {}) });
    expect(answer.status).toBe(503);
  });

  test("HEAD is never answered with a body", async () => {
    const answer = await ask(
      page(() => ({ status: 200, body: "page" })),
      get("/", "HEAD"),
    );
    expect(answer.body).toBe("");
  });

  test("POST is refused with 405, or with 400 for its body", async () => {
    const running = await start(page(() => ({ status: 200, body: "page" })));
    const client = await running.connect();
    client.write(Buffer.from("POST / HTTP/1.1\r\nHost: exws.test\r\nContent-Length: 3\r\n\r\nabc"));
    expect([405, 400]).toContain((await client.head()).status);
    await client.ended();
    expect(running.log.entries).toEqual([]);
  });

  test("a malformed plain request is answered with 400, not by the callback", async () => {
    let called = 0;
    const running = await start(page(() => ({ status: 200, body: String(++called) })));
    for (const bytes of [
      "GET / HTTP/1.1\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
      "GET / HTTP/1.1\nHost: a\n\n",
    ]) {
      const client = await running.connect();
      client.write(Buffer.from(bytes));
      expect((await client.head()).status).toBe(400);
      await client.ended();
    }
    expect(called).toBe(0);
  });

  test("a body of 1 MB arrives whole", async () => {
    const body = "x".repeat(1_000_000);
    expect((await ask(page(() => ({ status: 200, body })))).body).toHaveLength(body.length);
  });
});
