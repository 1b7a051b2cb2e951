import { describe, expect, test } from "vitest";
import { binaryFrame, closeFrame, textFrame } from "../support/frame-bytes.ts";
import { gate } from "../support/gate.ts";
import { turn } from "../support/raw-client.ts";
import { start, type TestConnection } from "../support/start.ts";

/** More than the kernel buffers of a loopback connection hold. */
const flood = 40_000_000;

describe("a handler that is slower than its peer", () => {
  test("an async message() holds back the peer: what waits is bounded, nothing is lost, order is kept", async () => {
    const busy = gate();
    const running = await start({ handler: { message: () => busy.promise } });
    const client = await running.open();
    const messages = Array.from({ length: 2000 }, (_, i) => textFrame(`${i}`));
    client.write(Buffer.concat(messages));
    await running.log.next("text");
    await turn();
    expect(running.log.lines()).toEqual(["open", 'text "0"']);
    busy.resolve();
    for (let i = 1; i < 2000; i++) expect((await running.log.next("text")).value).toBe(`${i}`);
  });

  test("TCP pushes back: a peer cannot hand over 40 MB to a handler that never finishes", async () => {
    const busy = gate();
    const running = await start({ handler: { message: () => busy.promise } });
    const client = await running.open();
    const message = binaryFrame(Buffer.alloc(60_000));
    for (let sent = 0; sent < flood; sent += message.length) client.write(message);
    await running.log.next("binary");
    for (let i = 0; i < 50; i++) await turn();
    expect(client.socket.writableLength).toBeGreaterThan(flood / 2);
    expect(running.log.count("binary")).toBe(1);
    busy.resolve();
    const count = Math.ceil(flood / message.length);
    for (let i = 1; i < count; i++) await running.log.next("binary");
  });

  test("one message at a time: the next waits until the promise of the last has settled", async () => {
    let inside = 0;
    let most = 0;
    const running = await start({
      handler: {
        async message() {
          most = Math.max(most, ++inside);
          await turn();
          inside--;
        },
      },
    });
    const client = await running.open();
    client.write(Buffer.concat(Array.from({ length: 50 }, (_, i) => textFrame(`${i}`))));
    for (let i = 0; i < 50; i++) expect((await running.log.next("text")).value).toBe(`${i}`);
    expect(most).toBe(1);
  });

  test("connections do not wait for each other", async () => {
    const running = await start({
      limits: { closeTimeout: 300 },
      handler: {
        message(connection, data) {
          if (data === "wait") return new Promise<void>(() => {});
          connection.write(data);
        },
      },
    });
    const stuck = await running.open();
    const other = await running.open();
    stuck.write(textFrame("wait"));
    await running.log.next("text");
    other.write(textFrame("go"));
    expect(await other.frames(1)).toEqual(['text "go"']);
    other.write(closeFrame(1000));
    expect(await other.framesToEnd()).toEqual(["close 1000"]);
    expect((await running.log.next("closed")).connection).not.toBe(stuck);
    // The last callback of the one that never settles does not wait for ever either.
    stuck.destroy();
    expect((await running.log.next("closed")).line).toBe("closed 1006 socket");
  });
});

describe("pause() and resume()", () => {
  test("nothing is delivered between them, and nothing is lost", async () => {
    const running = await start({ handler: { open: (connection) => connection.pause() } });
    const client = await running.open();
    const connection = (await running.log.next("open")).connection as TestConnection;
    client.write(Buffer.concat([textFrame("a"), textFrame("b")]));
    await turn();
    expect(running.log.lines()).toEqual(["open"]);
    connection.resume();
    await running.log.next("text");
    await running.log.next("text");
    expect(running.log.lines()).toEqual(["open", 'text "a"', 'text "b"']);
  });

  test("pause() inside message() holds back the rest of the same segment", async () => {
    const running = await start({ handler: { message: (connection) => connection.pause() } });
    const client = await running.open();
    client.write(Buffer.concat([textFrame("a"), textFrame("b"), textFrame("c")]));
    const connection = (await running.log.next("text")).connection as TestConnection;
    await turn();
    expect(running.log.count("text")).toBe(1);
    connection.resume();
    await running.log.next("text");
    await turn();
    expect(running.log.count("text")).toBe(2);
    connection.resume();
    await running.log.next("text");
    connection.resume();
  });

  test("a paused connection pushes back through TCP", async () => {
    const running = await start({ handler: { open: (connection) => connection.pause() } });
    const client = await running.open();
    const connection = (await running.log.next("open")).connection as TestConnection;
    const message = binaryFrame(Buffer.alloc(60_000));
    for (let sent = 0; sent < flood; sent += message.length) client.write(message);
    for (let i = 0; i < 50; i++) await turn();
    expect(client.socket.writableLength).toBeGreaterThan(flood / 2);
    expect(running.log.count("binary")).toBe(0);
    connection.resume();
    for (let i = 0; i < Math.ceil(flood / message.length); i++) await running.log.next("binary");
  });

  test("a paused connection can write, and can be closed", async () => {
    const running = await start({ handler: { open: (connection) => connection.pause() } });
    const client = await running.open();
    const connection = (await running.log.next("open")).connection as TestConnection;
    expect(connection.write("a")).toBe("sent");
    expect(await client.frames(1)).toEqual(['text "a"']);
    connection.close(4000);
    expect(await client.frames(1)).toEqual(["close 4000"]);
    client.write(closeFrame(4000));
    await client.ended();
    expect((await running.log.next("closed")).value).toMatchObject({ code: 4000, wasClean: true });
  });

  test("a paused connection whose peer is reset is noticed", async () => {
    const running = await start({
      handler: { open: (connection) => connection.pause() },
      limits: { pingInterval: 200, pingTimeout: 200 },
    });
    const client = await running.open();
    await running.log.next("open");
    client.reset();
    expect((await running.log.next("closed")).value).toMatchObject({ code: 1006 });
  });

  test("both are safe at any time, any number of times", async () => {
    const running = await start({
      handler: {
        closed(connection) {
          connection.pause();
          connection.resume();
        },
      },
    });
    const client = await running.open();
    const connection = (await running.log.next("open")).connection as TestConnection;
    connection.resume();
    connection.pause();
    connection.pause();
    connection.resume();
    client.write(textFrame("a"));
    await running.log.next("text");
    client.destroy();
    await running.log.next("closed");
    connection.resume();
  });
});
