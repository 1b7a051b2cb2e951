import { describe, expect, test } from "vitest";
import { reject } from "../../src/index.ts";
import { closeFrame, frame, textFrame } from "../support/frame-bytes.ts";
import { request } from "../support/http-bytes.ts";
import { start, type TestConnection } from "../support/start.ts";

/** How a connection can end, as seen by who listens to it. */
const endings = [
  ["the peer closes", 1000, "peer"],
  ["the peer resets TCP", 1006, "socket"],
  ["the peer ends TCP", 1006, "socket"],
  ["the peer breaks the protocol", 1002, "protocol"],
  ["close() is called", 4000, "server"],
  ["terminate() is called", 1006, "server"],
  ["the server closes", 1001, "shutdown"],
] as const;

describe("onClosed", () => {
  test.each(endings)("tells once and before the handler's closed when %s", async (ending, code, by) => {
    const order: string[] = [];
    const running = await start({
      handler: {
        open(connection) {
          connection.onClosed((gone) => order.push(`${gone === connection} ${connection.write("x")}`));
        },
        closed: () => void order.push("closed"),
      },
    });
    const client = await running.open(undefined, { keepHalf: true });
    const connection = (await running.log.next("open")).connection as TestConnection;
    if (ending === "the peer closes") client.write(closeFrame(1000));
    else if (ending === "the peer resets TCP") client.reset();
    else if (ending === "the peer ends TCP") client.fin();
    else if (ending === "the peer breaks the protocol") client.write(frame({ opcode: 3 }));
    else if (ending === "close() is called") connection.close(4000);
    else if (ending === "terminate() is called") connection.terminate();
    else void running.server.close({ within: 200 });
    if (ending !== "the peer ends TCP") client.fin();
    expect((await running.log.next("closed")).line).toBe(`closed ${code} ${by}`);
    expect(order).toEqual(["true closed", "closed"]);
  });

  test("tells as soon as the closing begins, without waiting for the peer's Close frame", async () => {
    const running = await start();
    const client = await running.open();
    const connection = (await running.log.next("open")).connection as TestConnection;
    let told = 0;
    connection.onClosed(() => told++);
    connection.close();
    expect([told, connection.readyState]).toEqual([1, "closing"]);
    client.write(closeFrame());
    await running.log.next("closed");
    expect(told).toBe(1);
  });

  test("tells at once when the closing has begun, and when the connection is closed", async () => {
    const running = await start();
    const client = await running.open();
    const connection = (await running.log.next("open")).connection as TestConnection;
    const told: string[] = [];
    connection.close();
    connection.onClosed(() => told.push("closing"));
    expect(told).toEqual(["closing"]);
    client.write(closeFrame());
    await running.log.next("closed");
    connection.onClosed(() => told.push("closed"));
    expect(told).toEqual(["closing", "closed"]);
  });

  test("tells everyone in order, and each of them once however often it was added", async () => {
    const running = await start();
    await running.open();
    const connection = (await running.log.next("open")).connection as TestConnection;
    const told: string[] = [];
    const listeners = ["a", "b", "c"].map((name) => () => void told.push(name));
    for (const listener of [...listeners, ...listeners]) connection.onClosed(listener);
    connection.terminate();
    expect(told).toEqual(["a", "b", "c"]);
    await running.log.next("closed");
  });

  test("the same listener alone is told once", async () => {
    const running = await start();
    await running.open();
    const connection = (await running.log.next("open")).connection as TestConnection;
    let told = 0;
    const listener = () => void told++;
    connection.onClosed(listener);
    connection.onClosed(listener);
    connection.terminate();
    expect(told).toBe(1);
    await running.log.next("closed");
  });

  test("what a listener throws is reported and keeps nobody from hearing of it", async () => {
    const running = await start();
    await running.open();
    const connection = (await running.log.next("open")).connection as TestConnection;
    const told: string[] = [];
    connection.onClosed(() => {
      throw new Error("listener");
    });
    connection.onClosed(() => told.push("second"));
    connection.terminate();
    expect(told).toEqual(["second"]);
    connection.onClosed(async () => {
      throw new Error("late listener");
    });
    await running.log.next("closed");
    expect(running.takeErrors()).toEqual([new Error("listener"), new Error("late listener")]);
  });

  test("a listener that ends the connection in its own way changes nothing", async () => {
    const running = await start();
    await running.open();
    const connection = (await running.log.next("open")).connection as TestConnection;
    const results: string[] = [];
    connection.onClosed(() => {
      results.push(connection.close(4001));
      connection.terminate();
    });
    connection.close(4000);
    expect(results).toEqual(["closed"]);
    expect((await running.log.next("closed")).value).toMatchObject({ code: 4000, by: "server" });
  });

  test.each([
    ["refused", () => reject("no")],
    [
      "failed",
      () => {
        throw new Error("handshake");
      },
    ],
  ])("a handshake that is %s tells, too: there will be no connection", async (name, answer) => {
    let told = 0;
    const running = await start({
      handler: {
        handshake(_request, connection) {
          connection.onClosed(() => told++);
          return answer();
        },
      },
    });
    const client = await running.connect();
    client.write(request());
    await client.head();
    expect(told).toBe(1);
    if (name === "failed") expect(running.takeErrors()).toEqual([new Error("handshake")]);
  });

  test("a listener added during the handshake hears of the end of the connection", async () => {
    let told = 0;
    const running = await start({
      handler: { handshake: (_request, connection) => connection.onClosed(() => told++) },
    });
    const client = await running.open();
    client.write(textFrame("x"));
    await running.log.next("text");
    expect(told).toBe(0);
    client.reset();
    await running.log.next("closed");
    expect(told).toBe(1);
  });

  test("what is no function is a TypeError", async () => {
    const running = await start();
    await running.open();
    const connection = (await running.log.next("open")).connection as TestConnection;
    expect(() => connection.onClosed("x" as never)).toThrow(TypeError);
  });
});
