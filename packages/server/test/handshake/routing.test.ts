import { describe, expect, test } from "vitest";
import { reject } from "../../src/index.ts";
import { request } from "../support/http-bytes.ts";
import { start, type TestHandler } from "../support/start.ts";

/** An application that serves /ws and nothing else. */
const onlyWs: TestHandler = {
  handshake(request) {
    return request.path === "/ws" ? undefined : reject("not_found", { status: 404 });
  },
};

describe("routing by the request target", () => {
  test.each([
    ["H026 a target without a leading slash", "ws", [400, 404]],
    ["H027 //ws", "//ws", [404]],
    ["H028 /x/../ws", "/x/../ws", [404]],
    ["a percent-encoded path", "/%77s", [404]],
    ["a path that goes on", "/ws/", [404]],
  ])("%s is not normalised to /ws", async (_, target, statuses) => {
    const running = await start({ handler: onlyWs });
    const client = await running.connect();
    client.write(request({ line: `GET ${target} HTTP/1.1` }));
    expect(statuses).toContain((await client.head()).status);
    await client.ended();
    expect(running.log.lines()).toEqual([]);
  });

  test("H019 an absolute target of the same host is routed by its path, or refused", async () => {
    const running = await start({ handler: onlyWs });
    const client = await running.connect();
    client.write(request({ line: "GET http://exws.test/ws HTTP/1.1" }));
    const head = await client.head();
    if (head.status === 101)
      expect(running.log.entries.map((entry) => entry.line)).toContain("handshake /ws");
    else expect(head.status).toBe(400);
  });

  test("the handler gets path, query and target as they were sent", async () => {
    const running = await start();
    await running.open(request({ line: "GET /a%2fb?x=1&x=%ff??y HTTP/1.1" }));
    const seen = (await running.log.next("handshake")).value as {
      path: string;
      query: string;
      target: string;
      method: string;
    };
    expect(seen.path).toBe("/a%2fb");
    expect(seen.query).toBe("x=1&x=%ff??y");
    expect(seen.target).toBe("/a%2fb?x=1&x=%ff??y");
    expect(seen.method).toBe("GET");
  });

  test("a query without a path of its own is refused", async () => {
    const running = await start();
    const client = await running.connect();
    client.write(request({ line: "GET ?x=1 HTTP/1.1" }));
    expect([400, 404]).toContain((await client.head()).status);
    await client.ended();
  });
});
