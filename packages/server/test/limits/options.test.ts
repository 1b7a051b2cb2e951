import { createServer as createHttpServer } from "node:http";
import { describe, expect, test } from "vitest";
import { attach, createServer, serve } from "../../src/index.ts";

const handler = { message() {} };

/** The name that must stand in the error, and the wrong option. */
const wrong: [name: string, options: object][] = [
  ["handler", { handler: undefined }],
  ["handler", { handler: 1 }],
  ["handler", { handler: null }],
  ["message", { handler: {} }],
  ["message", { handler: { message: 1 } }],
  ["open", { handler: { ...handler, open: "yes" } }],
  ["raw", { handler: { ...handler, raw() {} } }],
  ["port", { port: "80" }],
  ["port", { port: -1 }],
  ["port", { port: 65_536 }],
  ["port", { port: 1.5 }],
  ["path", { path: 1, port: undefined }],
  ["host", { host: 1 }],
  ["origin", { origin: 1 }],
  ["origin", { origin: [1] }],
  ["protocols", { protocols: "chat" }],
  ["protocols", { protocols: ["bad name"] }],
  ["request", { request: "page" }],
  ["onError", { onError: 1 }],
  ["onOverflow", { onOverflow: "panic" }],
  ["limits", { limits: 1 }],
  ["mesage", { limits: { mesage: 1 } }],
  ["message", { limits: { message: "1" } }],
  ["message", { limits: { message: -1 } }],
  ["message", { limits: { message: 1.5 } }],
  ["message", { limits: { message: Number.NaN } }],
  ["handshakeTimeout", { limits: { handshakeTimeout: 0 } }],
  ["hardBuffer", { limits: { hardBuffer: -1 } }],
  ["controlFrames", { limits: { controlFrames: 100 } }],
  ["perSecond", { limits: { controlFrames: { perSecond: -1, burst: 1 } } }],
];

describe("a wrong option is an error at the call that names it", () => {
  test.each(wrong)("%s %j", async (name, options) => {
    const error = await Promise.resolve()
      .then(() => serve({ port: 0, host: "127.0.0.1", handler, ...options } as never))
      .then((server) => server.close())
      .then(
        () => "nothing was thrown",
        (reason: unknown) => reason,
      );
    expect(error).toSatisfy((reason) => reason instanceof TypeError || reason instanceof RangeError);
    expect(String(error)).toContain(name);
  });

  test("createServer and attach check theirs in the same way", () => {
    expect(() => createServer({ handler: {} } as never)).toThrow(TypeError);
    expect(() => createServer({ handler, limits: { message: -1 } } as never)).toThrow(/message/);
    const http = createHttpServer();
    expect(() => attach(http, { handler: {} } as never)).toThrow(TypeError);
    expect(() => attach(http, { handler, path: 1 } as never)).toThrow(/path/);
    expect(http.listenerCount("upgrade")).toBe(0);
  });

  test("a port that is taken is an error of serve() itself: EADDRINUSE", async () => {
    const first = await serve({ port: 0, host: "127.0.0.1", handler });
    const address = first.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    await expect(serve({ port, host: "127.0.0.1", handler })).rejects.toThrow(/EADDRINUSE/);
    await first.close();
  });
});
