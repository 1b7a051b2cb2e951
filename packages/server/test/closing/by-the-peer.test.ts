import { describe, expect, test } from "vitest";
import { closeFrame, hex, textFrame } from "../support/frame-bytes.ts";
import { turn } from "../support/raw-client.ts";
import { start, type TestConnection } from "../support/start.ts";

describe("the closing handshake begun by the peer (RFC 6455 §7)", () => {
  test("the server echoes the code, ends TCP first and reports a clean close", async () => {
    const running = await start();
    const client = await running.open(undefined, { keepHalf: true });
    client.write(closeFrame(4001, "done"));
    expect(await client.framesToEnd()).toEqual(["close 4001"]);
    expect(client.ending).toBe("fin");
    client.fin();
    expect((await running.log.next("closed")).value).toEqual({
      code: 4001,
      reason: "done",
      wasClean: true,
      by: "peer",
    });
  });

  test("a peer that keeps TCP open after the closing handshake is cut after lingerTimeout", async () => {
    const running = await start({ limits: { lingerTimeout: 200 } });
    const client = await running.open(undefined, { keepHalf: true });
    const since = performance.now();
    client.write(closeFrame(1000));
    await client.ended();
    await running.empty();
    expect(performance.now() - since).toBeLessThan(2000);
    expect((await running.log.next("closed")).value).toMatchObject({
      code: 1000,
      wasClean: true,
      by: "peer",
    });
  });

  test("all that was written before the peer's Close is sent before the echo", async () => {
    const running = await start({
      handler: {
        message(connection) {
          for (let i = 0; i < 100; i++) connection.write(String(i));
        },
      },
    });
    const client = await running.open();
    client.write(Buffer.concat([textFrame("go"), closeFrame(1000)]));
    const lines = await client.framesToEnd();
    expect(lines).toEqual([...Array.from({ length: 100 }, (_, i) => `text "${i}"`), "close 1000"]);
  });

  test("messages before the Close in the same segment are delivered first, even to an async handler", async () => {
    const running = await start({ handler: { message: () => turn() } });
    const client = await running.open();
    client.write(Buffer.concat([textFrame("a"), textFrame("b"), closeFrame(1000)]));
    await running.log.next("closed");
    expect(running.log.lines()).toEqual(["open", 'text "a"', 'text "b"', "closed 1000 peer"]);
  });

  test("bytes behind the Close are ignored, however many", async () => {
    const running = await start();
    const client = await running.open(undefined, { keepHalf: true });
    client.write(Buffer.concat([closeFrame(1000), textFrame("late"), Buffer.alloc(300_000, 0xff)]));
    expect(await client.framesToEnd()).toEqual(["close 1000"]);
    expect(client.ending).toBe("fin");
    client.fin();
    await running.log.next("closed");
    expect(running.log.lines()).toEqual(["open", "closed 1000 peer"]);
  });

  test("once the peer's Close is in, write, ping, pong and close say closed and send nothing", async () => {
    const results: string[] = [];
    const running = await start({
      handler: {
        closed(connection) {
          results.push(
            connection.write("x"),
            connection.ping(),
            connection.pong("x"),
            connection.close(),
            connection.readyState,
          );
        },
      },
    });
    const client = await running.open();
    client.write(closeFrame(1000));
    expect(await client.framesToEnd()).toEqual(["close 1000"]);
    await running.log.next("closed");
    expect(results).toEqual(["closed", "closed", "closed", "closed", "closed"]);
  });
});

describe("TCP that ends without a Close frame", () => {
  test.each([
    ["a FIN", "fin"],
    ["a RST", "reset"],
  ] as const)("%s is reported as 1006 by socket, once", async (_, vanish) => {
    const running = await start();
    const client = await running.open();
    client.write(textFrame("a"));
    await running.log.next("text");
    client[vanish]();
    expect((await running.log.next("closed")).value).toEqual({
      code: 1006,
      reason: "",
      wasClean: false,
      by: "socket",
    });
    expect(running.log.lines()).toEqual(["open", 'text "a"', "closed 1006 socket"]);
  });

  test("a FIN right behind a message: the message is delivered first", async () => {
    const running = await start();
    const client = await running.open();
    client.write(textFrame("last words"));
    client.fin();
    await running.log.next("closed");
    expect(running.log.lines()).toEqual(["open", 'text "last words"', "closed 1006 socket"]);
  });

  test("a FIN in the middle of a frame, at every byte, is 1006 and delivers nothing", async () => {
    const running = await start();
    const bytes = hex("81 85 37fa213d 7f9f4d5158");
    for (let cut = 1; cut < bytes.length; cut++) {
      running.log.clear();
      const client = await running.open();
      client.write(bytes.subarray(0, cut));
      client.fin();
      await running.log.next("closed");
      expect(running.log.lines()).toEqual(["open", "closed 1006 socket"]);
    }
  });

  test("a FIN from a peer that still reads gets a FIN back at once", async () => {
    const running = await start();
    const client = await running.open(undefined, { keepHalf: true });
    client.fin();
    await client.ended(2000);
    await running.log.next("closed");
  });

  test("a RST while a large message is being sent is 1006, and drained() does not hang", async () => {
    let drained: Promise<void> | undefined;
    const running = await start({
      handler: {
        open(connection: TestConnection) {
          for (let i = 0; i < 15; i++) connection.write("x".repeat(60_000));
          drained = connection.drained();
        },
      },
      limits: { hardBuffer: 64_000_000 },
    });
    const client = await running.open(undefined, {});
    client.pause();
    await running.log.next("open");
    client.reset();
    expect((await running.log.next("closed")).line).toBe("closed 1006 socket");
    await drained;
  });
});
