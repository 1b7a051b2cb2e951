import { describe, expect, test } from "vitest";
import { cert, key } from "../support/certificate.ts";
import { textFrame } from "../support/frame-bytes.ts";
import { type ClientOptions, type RawClient, turn } from "../support/raw-client.ts";
import { type Running, start, type TestConnection, type TestOptions } from "../support/start.ts";

const chunk = Buffer.alloc(64_000, 0x61);

type Slow = { running: Running; client: RawClient; connection: TestConnection };

/** A connection whose peer reads nothing at all. */
async function slow(options: TestOptions = {}): Promise<Slow> {
  const running = await start(options);
  const client = await running.open();
  client.pause();
  const connection = (await running.log.next("open")).connection as TestConnection;
  return { running, client, connection };
}

/** Writes until a write says something else than `"sent"`, the kernel's buffers being full then. */
async function fill({ connection }: Slow, data: Uint8Array = chunk): Promise<string> {
  for (let i = 0; i < 2000; i++) {
    const result = connection.write(data);
    if (result !== "sent") return result;
    if (i % 10 === 0) await turn();
  }
  throw new Error("the kernel took 128 MB");
}

describe("a peer that does not read", () => {
  test("write says sent while the kernel takes it, then queued; bufferedAmount grows", async () => {
    const it = await slow();
    expect(it.connection.write("a")).toBe("sent");
    expect(await fill(it)).toBe("queued");
    await turn();
    expect(it.connection.bufferedAmount).toBeGreaterThan(0);
    expect(it.connection.bufferedAmount).toBeLessThanOrEqual(1_048_576 + chunk.length + 14);
  });

  test("when it reads again, drained runs, drained() resolves and nothing was lost", async () => {
    const it = await slow();
    let sent = 1;
    while (it.connection.write(chunk) === "sent") if (++sent % 10 === 0) await turn();
    const drained = it.connection.drained();
    expect(it.running.log.count("drained")).toBe(0);
    it.client.resume();
    for (let i = 0; i < sent; i++) expect((await it.client.frame()).payload.equals(chunk)).toBe(true);
    await drained;
    await it.running.log.next("drained");
    expect(it.connection.bufferedAmount).toBe(0);
    expect(it.connection.write("a")).toBe("sent");
  });

  test("drained() resolves at once when nothing waits", async () => {
    const running = await start();
    await running.open();
    const connection = (await running.log.next("open")).connection as TestConnection;
    await connection.drained();
  });

  test("onOverflow close (the default): 1013 by overflow, and what waits is given up", async () => {
    const it = await slow({ limits: { lingerTimeout: 300, closeTimeout: 300 } });
    await fill(it);
    const results = new Set<string>();
    for (let i = 0; i < 40; i++) results.add(it.connection.write(chunk));
    expect([...results]).toContain("closed");
    expect(it.connection.bufferedAmount).toBeLessThanOrEqual(1_048_576 + 2 * chunk.length);
    expect((await it.running.log.next("closed")).value).toMatchObject({
      code: 1013,
      wasClean: false,
      by: "overflow",
    });
    await it.running.empty();
  });

  test("onOverflow drop-newest: later messages are dropped, earlier ones arrive, the connection lives", async () => {
    const it = await slow({ onOverflow: "drop-newest" });
    await fill(it);
    const results: string[] = [];
    for (let i = 0; i < 40; i++) results.push(it.connection.write(`${i} ${"x".repeat(60_000)}`));
    expect(results).toContain("dropped");
    expect(results.slice(results.indexOf("dropped")).every((result) => result === "dropped")).toBe(true);
    expect(it.connection.bufferedAmount).toBeLessThanOrEqual(1_048_576 + 100_000);
    const kept = results.filter((result) => result === "queued").length;
    it.client.resume();
    const arrived: number[] = [];
    while (arrived.length < kept) {
      const { opcode, payload } = await it.client.frame();
      if (opcode === 1) arrived.push(Number.parseInt(payload.toString("latin1", 0, 3), 10));
    }
    expect(arrived).toEqual(Array.from({ length: kept }, (_, i) => i));
    await it.running.log.next("drained");
    expect(it.connection.write("after")).toBe("sent");
    expect(await it.client.frames(1)).toEqual(['text "after"']);
  });

  test("onOverflow drop-oldest: the latest messages arrive, in order, and no frame is cut in two", async () => {
    const it = await slow({ onOverflow: "drop-oldest" });
    await fill(it);
    const results: string[] = [];
    for (let i = 0; i < 60; i++) results.push(it.connection.write(`${i} ${"x".repeat(60_000)}`));
    expect(results).not.toContain("closed");
    expect(it.connection.bufferedAmount).toBeLessThanOrEqual(1_048_576 + 100_000);
    it.client.resume();
    const arrived: number[] = [];
    while (arrived.at(-1) !== 59) {
      const { opcode, payload } = await it.client.frame();
      if (opcode === 1) arrived.push(Number.parseInt(payload.toString("latin1", 0, 3), 10));
    }
    expect(arrived).toEqual([...arrived].sort((a, b) => a - b));
    expect(arrived.length).toBeLessThan(60);
    expect(arrived.length).toBeGreaterThan(5);
    await it.running.log.next("drained");
    expect(it.connection.write("after")).toBe("sent");
    expect(await it.client.frames(1)).toEqual(['text "after"']);
  });

  test("a slow reader is dropped after stallTimeout, long before the bound is reached", async () => {
    const it = await slow({ limits: { stallTimeout: 300 } });
    await fill(it);
    const since = performance.now();
    const { value } = await it.running.log.next("closed");
    expect(performance.now() - since).toBeLessThan(2500);
    expect(value).toMatchObject({ code: 1006, wasClean: false });
    expect(["timeout", "overflow"]).toContain((value as { by: string }).by);
  });

  test("a reader that is slow but goes on reading is not stalled", async () => {
    const it = await slow({ limits: { stallTimeout: 500 }, onOverflow: "drop-newest" });
    const since = performance.now();
    const pump = setInterval(() => void it.connection.write(chunk), 2);
    const sip = setInterval(() => {
      it.client.resume();
      setImmediate(() => it.client.pause());
    }, 50);
    const beat = await start({ limits: { pingInterval: 600, pingTimeout: 600 } });
    await (await beat.open()).ended();
    clearInterval(pump);
    clearInterval(sip);
    expect(performance.now() - since).toBeGreaterThan(1000);
    expect(it.running.log.count("closed")).toBe(0);
    it.client.resume();
  });

  /** Sends 40 MB in one message to a peer that takes 64 KiB at a time for 2 s; what the handler saw meanwhile. */
  async function sipping(options: TestOptions, clientOptions: ClientOptions): Promise<string[]> {
    const running = await start({ ...options, limits: { stallTimeout: 1000 } });
    const reader = await running.open(undefined, clientOptions);
    const connection = (await running.log.next("open")).connection as TestConnection;
    reader.pause();
    connection.write(Buffer.alloc(40_000_000));
    let sip = 0;
    reader.socket.on("data", (chunk) => {
      sip += chunk.length;
      if (sip >= 65_536) reader.pause();
    });
    const sips = setInterval(() => {
      sip = 0;
      reader.resume();
    }, 5);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    clearInterval(sips);
    return [...running.log.lines(), connection.bufferedAmount > 0 ? "still on its way" : "gone"];
  }

  test("one large message that is taken in sips is not a stall, over TCP and over TLS", async () => {
    const seen = await Promise.all([
      sipping({}, {}),
      sipping({ tls: { key, cert } }, { tls: { ca: cert, servername: "localhost" } }),
    ]);
    expect(seen).toEqual([
      ["open", "still on its way"],
      ["open", "still on its way"],
    ]);
  });

  test("one message larger than the bound goes out whole when nothing waits", async () => {
    const running = await start();
    const client = await running.open();
    const connection = (await running.log.next("open")).connection as TestConnection;
    const large = Buffer.alloc(5_000_000, 0x62);
    expect(["sent", "queued"]).toContain(connection.write(large));
    expect((await client.frame()).payload.equals(large)).toBe(true);
    expect(connection.write("after")).toBe("sent");
    expect(await client.frames(1)).toEqual(['text "after"']);
  });

  test("replies of a handler are bounded like everything else: a peer that only sends is cut at the bound", async () => {
    const running = await start({
      limits: { lingerTimeout: 300, closeTimeout: 300 },
      handler: { message: (connection) => void connection.write(chunk) },
    });
    const client = await running.open();
    client.pause();
    const asked = setInterval(
      () => client.write(Buffer.concat(Array.from({ length: 20 }, () => textFrame("more")))),
      1,
    );
    const { line } = await running.log.next("closed");
    clearInterval(asked);
    expect(line).toBe("closed 1013 overflow");
  });
});
