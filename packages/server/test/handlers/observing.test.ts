import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { describe, expect, test } from "vitest";
import { closeFrame, textFrame } from "../support/frame-bytes.ts";
import { request } from "../support/http-bytes.ts";
import { start } from "../support/start.ts";

describe("what a server tells about itself", () => {
  test("address() and url name the port that was given", async () => {
    const running = await start();
    const address = running.server.address();
    if (typeof address !== "object" || address === null) throw new Error("no address");
    expect(address.port).toBeGreaterThan(0);
    expect(running.server.url).toBe(`ws://127.0.0.1:${address.port}`);
  });

  test("stats() counts up and returns to nothing open", async () => {
    const running = await start({ handler: { message: (connection, data) => void connection.write(data) } });
    const flat = (): string => JSON.stringify(running.server.stats());
    const before = flat();
    const client = await running.open();
    client.write(textFrame("x"));
    await client.frame();
    const during = flat();
    expect(during).not.toBe(before);
    client.write(closeFrame(1000));
    await running.log.next("closed");
    await running.empty();
    const values = Object.values(running.server.stats() as object).filter(
      (value) => typeof value === "number",
    );
    expect(values.length).toBeGreaterThan(0);
    expect(values.every((value) => Number.isFinite(value) && value >= 0)).toBe(true);
  });

  test("a subscriber of a diagnostics channel that throws does not hurt the server", async () => {
    const running = await start();
    const names = [
      "exws:open",
      "exws:closed",
      "exws:refused",
      "exws:error",
      "exws:connection",
      "exws:close",
      "exws:handshake",
    ];
    const fail = (): never => {
      throw new Error("a bad subscriber");
    };
    const swallowed: unknown[] = [];
    const catcher = (error: unknown): void => void swallowed.push(error);
    process.prependListener("uncaughtException", catcher);
    const others = process.listeners("uncaughtException").filter((listener) => listener !== catcher);
    for (const listener of others) process.removeListener("uncaughtException", listener);
    for (const name of names) subscribe(name, fail);
    try {
      const client = await running.open();
      client.write(closeFrame(1000));
      await client.ended();
      const refused = await running.connect();
      refused.write(request({ without: ["Host"] }));
      await refused.ended();
      await running.open();
    } finally {
      for (const name of names) unsubscribe(name, fail);
      for (const listener of others) process.on("uncaughtException", listener as never);
      process.removeListener("uncaughtException", catcher);
    }
    expect(swallowed.every((error) => error instanceof Error && error.message === "a bad subscriber")).toBe(
      true,
    );
  });
});
