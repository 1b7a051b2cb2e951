import { createServer as createHttpServer } from "node:http";
import { describe, expect, test } from "vitest";
import { attach, createServer, serve } from "../../src/index.ts";

const handler = { message() {} };

/** Each wrong option, the error it must be, and the name that must stand in it. */
const wrong: [name: string, options: object, kind: typeof TypeError | typeof RangeError][] = [
  ["handler", { handler: undefined }, TypeError],
  ["handler", { handler: 1 }, TypeError],
  ["handler", { handler: null }, TypeError],
  ["message", { handler: {} }, TypeError],
  ["message", { handler: { message: 1 } }, TypeError],
  ["open", { handler: { ...handler, open: "yes" } }, TypeError],
  ["raw", { handler: { ...handler, raw() {} } }, TypeError],
  ["port", { port: "80" }, TypeError],
  ["port", { port: -1 }, RangeError],
  ["port", { port: 65_536 }, RangeError],
  ["port", { port: 1.5 }, RangeError],
  ["path", { path: 1, port: undefined }, TypeError],
  ["host", { host: 1 }, TypeError],
  ["origin", { origin: 1 }, TypeError],
  ["origin", { origin: [1] }, TypeError],
  ["protocols", { protocols: "chat" }, TypeError],
  ["protocols", { protocols: ["bad name"] }, TypeError],
  ["protocols", { protocols: ["a", "a"] }, TypeError],
  ["request", { request: "page" }, TypeError],
  ["onError", { onError: 1 }, TypeError],
  ["onOverflow", { onOverflow: "panic" }, TypeError],
  ["limits", { limits: 1 }, TypeError],
  ["mesage", { limits: { mesage: 1 } }, TypeError],
  ["message", { limits: { message: "1" } }, TypeError],
  ["message", { limits: { message: -1 } }, RangeError],
  ["message", { limits: { message: 1.5 } }, RangeError],
  ["message", { limits: { message: Number.NaN } }, TypeError],
  ["handshakeTimeout", { limits: { handshakeTimeout: 0 } }, RangeError],
  ["hardBuffer", { limits: { hardBuffer: -1 } }, RangeError],
  ["controlFrames", { limits: { controlFrames: 100 } }, TypeError],
  ["perSecond", { limits: { controlFrames: { perSecond: -1, burst: 1 } } }, RangeError],
];

/** NaN may be called either; all others have one right kind. */
const fits = (error: unknown, kind: typeof TypeError | typeof RangeError, options: object): boolean =>
  error instanceof kind ||
  (JSON.stringify(options).includes("null") && (error instanceof TypeError || error instanceof RangeError));

describe("a wrong option is an error at the call that names it", () => {
  test.each(wrong)("%s %j", async (name, options, kind) => {
    const error = await Promise.resolve()
      .then(() => serve({ port: 0, host: "127.0.0.1", handler, ...options } as never))
      .then((server) => server.close())
      .then(
        () => "nothing was thrown",
        (reason: unknown) => reason,
      );
    expect(error).toSatisfy((reason) => fits(reason, kind, options));
    expect(String(error)).toContain(name);
  });

  test("an option that does not exist is refused by name", async () => {
    const call = async (): Promise<unknown> =>
      serve({ port: 0, host: "127.0.0.1", handler, orgin: "*" } as never).then((server) => server.close());
    await expect(call).rejects.toThrow(/orgin/);
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
