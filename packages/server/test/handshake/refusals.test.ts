import { describe, expect, test } from "vitest";
import { accept, reject } from "../../src/index.ts";
import { request } from "../support/http-bytes.ts";
import { start, type TestHandler } from "../support/start.ts";

type Decide = NonNullable<TestHandler["handshake"]>;

async function answerTo(
  decide: Decide,
): Promise<{ status: number; error: string | undefined; body: string; errors: unknown[]; names: string[] }> {
  const running = await start({ handler: { handshake: decide } });
  const client = await running.connect();
  client.write(request());
  const head = await client.head();
  const body = await client.bytes(Number(head.get("content-length") ?? 0));
  await client.ended();
  expect(client.unread.length, "one response and nothing more").toBe(0);
  expect(head.get("connection")?.toLowerCase()).toBe("close");
  expect(running.log.lines()).toEqual([]);
  return {
    status: head.status,
    error: head.get("error"),
    body: body.toString(),
    errors: running.takeErrors(),
    names: head.headers.map(([name]) => name),
  };
}

describe("reject()", () => {
  test("answers 400 with the word in the Error header", async () => {
    const { status, error, errors } = await answerTo(() => reject("invalid_token"));
    expect({ status, error, errors }).toEqual({ status: 400, error: "invalid_token", errors: [] });
  });

  test("takes a status, headers and a body", async () => {
    const answer = await answerTo(() =>
      reject("no", { status: 401, headers: { "WWW-Authenticate": "Bearer" }, body: "who are you?" }),
    );
    expect(answer).toMatchObject({ status: 401, error: "no", body: "who are you?" });
    expect(answer.names).toContain("www-authenticate");
  });

  test("works from an async handshake", async () => {
    const { status, error } = await answerTo(async () => reject("later", { status: 403 }));
    expect({ status, error }).toEqual({ status: 403, error: "later" });
  });

  test("sends a body of 1 MB whole", async () => {
    const body = "x".repeat(1_000_000);
    expect((await answerTo(() => reject("big", { status: 400, body }))).body).toBe(body);
  });

  test("a body may hold anything: its length is in octets and what follows is nothing", async () => {
    const body = "a\r\n\r\nHTTP/1.1 101 X\r\n\r\n\0\u20ac";
    expect((await answerTo(() => reject("no", { body }))).body).toBe(body);
  });
});

const split: [what: string, value: string][] = [
  ["CR LF", "a\r\nX-Evil: 1"],
  ["LF", "a\nX-Evil: 1"],
  ["CR", "a\rX-Evil: 1"],
  ["NUL", "a\0"],
  ["characters that latin1 would cut down to CR LF", "a\u010d\u010aX-Evil: 1"],
];

/** Everything the application may hand over that must not reach the wire. */
const wrong: [what: string, decide: Decide][] = [
  ...split.map(([what, value]): [string, Decide] => [
    `a header value with ${what}`,
    () => reject("no", { headers: { "X-A": value } }),
  ]),
  ...split.map(([what, value]): [string, Decide] => [
    `a header name with ${what}`,
    () => reject("no", { headers: { [value]: "1" } }),
  ]),
  ...split.map(([what, value]): [string, Decide] => [`a reason with ${what}`, () => reject(value)]),
  ...split.map(([what, value]): [string, Decide] => [
    `a header value with ${what} in accept()`,
    () => accept({ headers: { "X-A": value } }),
  ]),
  ...split.map(([what, value]): [string, Decide] => [
    `a subprotocol with ${what}`,
    () => accept({ protocol: value }),
  ]),
  ...[99, 101, 200, 1000, 0, -1, 404.5, Number.NaN].map((status): [string, Decide] => [
    `the status ${status}`,
    () => reject("no", { status }),
  ]),
];

describe("what an application must not put on the wire", () => {
  test.each(wrong)("%s: the call throws, the peer gets 500, onError the error", async (_, decide) => {
    const { status, errors, names } = await answerTo(decide);
    expect(status).toBe(500);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toSatisfy((error) => error instanceof TypeError || error instanceof RangeError);
    expect(names).not.toContain("x-evil");
  });

  test.each([
    ["Content-Length", "5"],
    ["Transfer-Encoding", "chunked"],
    ["Connection", "keep-alive"],
  ])("a %s of its own does not change how the answer is framed", async (name, value) => {
    const running = await start({
      handler: { handshake: () => reject("no", { headers: { [name]: value }, body: "0123456789" }) },
    });
    const client = await running.connect();
    client.write(request());
    const head = await client.head();
    await client.ended();
    if (head.status === 400) {
      expect(head.get("content-length")).toBe("10");
      expect(head.get("transfer-encoding")).toBeUndefined();
      expect(head.get("connection")?.toLowerCase()).toBe("close");
    } else {
      expect(head.status).toBe(500);
    }
    running.takeErrors();
  });
});
