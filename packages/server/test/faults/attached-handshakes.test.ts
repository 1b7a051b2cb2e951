import { describe, expect, test } from "vitest";
import { textFrame } from "../support/frame-bytes.ts";
import { request } from "../support/http-bytes.ts";
import { attached, connectHttp, startHttp } from "../support/http-server.ts";

describe("what Node's HTTP parser lets through is checked again", () => {
  const rows: [what: string, bytes: Buffer, statuses: number[]][] = [
    ["H007 HTTP/1.0", request({ line: "GET /ws HTTP/1.0" }), [505, 400]],
    ["H002 POST", request({ line: "POST /ws HTTP/1.1" }), [405, 400]],
    ["H030 no Host", request({ without: ["Host"] }), [400]],
    ["H031 Host twice", request({ add: ["Host: exws.test"] }), [400]],
    ["H035 a Host with user information", request({ replace: { Host: "Host: a@exws.test" } }), [400]],
    ["H049 no key", request({ without: ["Sec-WebSocket-Key"] }), [400]],
    ["H055 the key twice", request({ add: ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="] }), [400]],
    ["H058 version 8", request({ replace: { "Sec-WebSocket-Version": "Sec-WebSocket-Version: 8" } }), [426]],
    [
      "H061 version 0xd",
      request({ replace: { "Sec-WebSocket-Version": "Sec-WebSocket-Version: 0xd" } }),
      [426],
    ],
    [
      "H079 Origin twice",
      request({ add: ["Origin: http://exws.test", "Origin: http://exws.test"] }),
      [403, 400],
    ],
    ["H080 Origin null", request({ add: ["Origin: null"] }), [403]],
    ["H094 150 fields", request({ add: Array.from({ length: 145 }, (_, i) => `X-${i}: ${i}`) }), [431]],
    ["H098 a body", request({ add: ["Content-Length: 5"], body: "hello" }), [400]],
    ["H099 a body that is a frame", request({ add: ["Content-Length: 8"], body: textFrame("hi") }), [400]],
    [
      "H101 a chunked body",
      request({ add: ["Transfer-Encoding: chunked"], body: "5\r\nhello\r\n0\r\n\r\n" }),
      [400],
    ],
    [
      "H102 both lengths",
      request({ add: ["Transfer-Encoding: chunked", "Content-Length: 5"], body: "0\r\n\r\n" }),
      [400],
    ],
    ["H103 Content-Length twice", request({ add: ["Content-Length: 0", "Content-Length: 5"] }), [400]],
    ["H104 Content-Length: -1", request({ add: ["Content-Length: -1"] }), [400]],
    ["H105 Content-Length: +0", request({ add: ["Content-Length: +0"] }), [400]],
    ["H106 Content-Length: 0x0", request({ add: ["Content-Length: 0x0"] }), [400]],
    ["H107 xchunked", request({ add: ["Transfer-Encoding: xchunked"] }), [400]],
    ["H108 identity", request({ add: ["Transfer-Encoding: identity"] }), [400]],
  ];

  test.each(rows)("%s", async (_, bytes, statuses) => {
    const http = await startHttp();
    const running = attached(http);
    const client = await connectHttp(http);
    client.write(bytes);
    const head = await client.head();
    expect(statuses).toContain(head.status);
    await client.ended();
    expect(running.log.entries).toEqual([]);
  });

  test("H095 3,000 fields, with maxHeadersCount set by the application: refused, and nothing throws", async () => {
    const http = await startHttp();
    http.maxHeadersCount = 10;
    const running = attached(http);
    for (const bytes of [
      request({ add: Array.from({ length: 3000 }, (_, i) => `X-${i}: ${i}`) }),
      Buffer.from(
        request()
          .toString("latin1")
          .replace("\r\n", `\r\n${"A: b\r\n".repeat(20)}`),
        "latin1",
      ),
    ]) {
      const client = await connectHttp(http);
      client.write(bytes);
      const { status } = await client.head();
      expect(status).not.toBe(200);
      expect(status).toBeGreaterThanOrEqual(status === 101 ? 101 : 400);
      client.destroy();
    }
    await running.empty();
  });
});
