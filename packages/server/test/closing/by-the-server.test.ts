import { describe, expect, test } from "vitest";
import { closeFrame, hex, pingFrame, textFrame } from "../support/frame-bytes.ts";
import { opened } from "../support/opened.ts";
import { type RawClient, turn } from "../support/raw-client.ts";
import { start, type TestConnection } from "../support/start.ts";

describe("the closing handshake begun by the server (RFC 6455 §7.1)", () => {
  test("close() sends the Close, waits for the peer's, then ends TCP first", async () => {
    const { running, client, connection } = await opened();
    expect(connection.close(4000, "bye")).toBe("sent");
    expect(connection.readyState).toBe("closing");
    const sent = await client.frame();
    expect(sent.payload.subarray(2).toString()).toBe("bye");
    await turn();
    expect(client.ending, "TCP stays open until the peer's Close").toBeUndefined();
    client.write(closeFrame(4000));
    expect(await client.framesToEnd()).toEqual([]);
    expect(client.ending).toBe("fin");
    client.fin();
    const { value } = await running.log.next("closed");
    expect(value).toEqual({ code: 4000, reason: "bye", wasClean: true, by: "server" });
    expect(connection.readyState).toBe("closed");
  });

  test("close() without a code sends 1000 or an empty Close", async () => {
    const { client, connection } = await opened();
    connection.close();
    expect(["close 1000", "close"]).toContain((await client.frames(1))[0]);
  });

  test("the peer may answer with another code", async () => {
    const { running, client, connection } = await opened();
    connection.close(4000);
    client.write(closeFrame(4999));
    expect(await client.framesToEnd()).toEqual(["close 4000"]);
    client.fin();
    expect((await running.log.next("closed")).value).toMatchObject({ wasClean: true, by: "server" });
  });

  test("a peer that never answers is dropped after closeTimeout: not clean, by timeout or server", async () => {
    const { running, client, connection } = await opened({ limits: { closeTimeout: 200 } });
    const since = performance.now();
    connection.close(4000);
    await running.empty();
    const elapsed = performance.now() - since;
    expect(elapsed).toBeGreaterThan(150);
    expect(elapsed).toBeLessThan(2000);
    const { value } = await running.log.next("closed");
    expect(value).toMatchObject({ wasClean: false });
    expect(["timeout", "server"]).toContain((value as { by: string }).by);
    await client.ended();
  });

  test("a peer that answers and keeps TCP open is dropped after lingerTimeout", async () => {
    const { running, client, connection } = await opened({ limits: { lingerTimeout: 200 } });
    connection.close(4000);
    client.write(closeFrame(4000));
    await client.ended();
    const since = performance.now();
    await running.empty();
    expect(performance.now() - since).toBeLessThan(2000);
    expect((await running.log.next("closed")).value).toMatchObject({
      code: 4000,
      wasClean: true,
      by: "server",
    });
  });

  test("what is on its way when we close is parsed or discarded, never an error; control frames too", async () => {
    const { running, client, connection } = await opened();
    connection.close(4000);
    client.write(Buffer.concat([textFrame("crossing"), pingFrame("p"), closeFrame(4000)]));
    const lines = await client.framesToEnd();
    expect(lines.filter((line) => !line.startsWith("pong"))).toEqual(["close 4000"]);
    client.fin();
    expect((await running.log.next("closed")).value).toMatchObject({ code: 4000, wasClean: true });
  });

  test("no data frame follows our Close", async () => {
    const { client, connection, running } = await opened();
    connection.close(4000);
    const results = [connection.write("x"), connection.ping(), connection.pong(), connection.close(4001)];
    expect(results).toEqual(["closed", "closed", "closed", "closed"]);
    client.write(closeFrame(4000));
    expect(await client.framesToEnd()).toEqual(["close 4000"]);
    client.fin();
    await running.log.next("closed");
  });

  test("both sides close at once: one Close each, one closed event, clean", async () => {
    const { running, client, connection } = await opened();
    client.write(closeFrame(4100));
    connection.close(4000);
    expect(await client.framesToEnd()).toHaveLength(1);
    client.fin();
    expect((await running.log.next("closed")).value).toMatchObject({ wasClean: true });
    expect(running.log.count("closed")).toBe(1);
  });

  test("a malformed frame instead of the answer ends TCP without a second Close", async () => {
    const { running, client, connection } = await opened();
    connection.close(4000);
    client.write(hex("ff 80 00000000"));
    expect(await client.framesToEnd()).toEqual(["close 4000"]);
    client.fin();
    expect((await running.log.next("closed")).value).toMatchObject({ wasClean: false });
  });

  test("a FIN instead of the answer ends the connection, not clean", async () => {
    const { running, client, connection } = await opened();
    connection.close(4000);
    client.fin();
    expect((await running.log.next("closed")).value).toMatchObject({ wasClean: false });
    await client.ended();
  });

  test.each([
    ["our Close", () => {}],
    ["both Closes", (client: RawClient) => client.write(closeFrame(4000))],
  ])("a RST behind %s is the end, once and without an error", async (_, before) => {
    const { running, client, connection } = await opened();
    connection.close(4000);
    await client.frames(1);
    before(client);
    client.reset();
    expect((await running.log.next("closed")).value).toMatchObject({ code: 4000, by: "server" });
    await running.empty();
    expect(running.log.count("closed")).toBe(1);
  });

  test("terminate() drops TCP without a Close frame, and what is called after it says closed", async () => {
    const { running, client, connection } = await opened();
    connection.terminate();
    connection.terminate();
    expect([connection.write("x"), connection.ping(), connection.close()]).toEqual([
      "closed",
      "closed",
      "closed",
    ]);
    expect(await client.framesToEnd()).toEqual([]);
    expect((await running.log.next("closed")).value).toMatchObject({
      code: 1006,
      wasClean: false,
      by: "server",
    });
    await connection.drained();
  });

  test.each([
    ["open", { open: (connection: TestConnection) => void connection.close(4000) }],
    ["message", { message: (connection: TestConnection) => void connection.close(4000) }],
  ])("close() inside %s: nothing is delivered after it", async (_, handler) => {
    const running = await start({ handler });
    const client = await running.open();
    client.write(Buffer.concat([textFrame("a"), textFrame("b"), closeFrame(4000)]));
    await client.framesToEnd();
    await running.log.next("closed");
    expect(running.log.lines().filter((line) => line.startsWith("text")).length).toBeLessThanOrEqual(1);
    expect(running.log.lines().at(-1)).toBe("closed 4000 server");
  });

  test.each([
    ["open", { open: (connection: TestConnection) => connection.terminate() }],
    ["message", { message: (connection: TestConnection) => connection.terminate() }],
    ["ping", { ping: (connection: TestConnection) => connection.terminate() }],
  ])("terminate() inside %s is safe", async (_, handler) => {
    const running = await start({ handler });
    const client = await running.open();
    client.write(Buffer.concat([textFrame("a"), pingFrame(), textFrame("b")]));
    expect((await running.log.next("closed")).line).toBe("closed 1006 server");
    expect(running.log.lines()).not.toContain('text "b"');
  });
});
