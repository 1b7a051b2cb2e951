import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { bundle, Child } from "../support/child.ts";
import { request } from "../support/http-bytes.ts";

const files = (await Promise.all([bundle("package", "-1"), bundle("package", "-2")])).map(
  (file) => pathToFileURL(file).href,
);

describe("two copies of the package in one process", () => {
  test("accept, reject, prepared messages and the free functions of one work with the server of the other", async () => {
    const child = await Child.start("two-copies", { arguments: files });
    const client = await child.connect();
    client.write(request({ add: ["Sec-WebSocket-Protocol: a"] }));
    const head = await client.head();
    expect(head.status).toBe(101);
    expect(head.get("sec-websocket-protocol")).toBe("a");
    expect(await client.frames(2)).toEqual([
      'text "prepared by the other copy"',
      'text "written by the other copy"',
    ]);
    const refused = await child.connect();
    refused.write(request({ line: "GET /no HTTP/1.1" }));
    expect((await refused.head()).status).toBe(403);
  });
});
