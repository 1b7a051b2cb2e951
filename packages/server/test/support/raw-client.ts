import { connect as connectTcp, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import { describe, frame, readFrame, type ServerFrame } from "./frame-bytes.ts";
import { type ResponseHead, readHead, request } from "./http-bytes.ts";

/** Where to connect: what `server.address()` and `child.port` give. */
export type Target = { port: number; host?: string } | { path: string };

/** How the server let go of the connection. */
export type Ending = "fin" | "reset";

export type ClientOptions = {
  /** Keep our half open when the server ends its half; otherwise we end too, as peers do. */
  keepHalf?: boolean;
  /** Do not read anything until `resume()`. */
  paused?: boolean;
  tls?: ConnectionOptions;
};

/** How long anything awaited may take before the test fails with a sentence instead of hanging. */
const patience = 10_000;

const alive = new Set<RawClient>();

/** Destroys every client a test left behind. */
export function destroyClients(): void {
  for (const client of alive) client.destroy();
}

/** Lets the event loop turn twice, so that a server in this process has read what was written before. */
export async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
}

/** Fails with a sentence when `promise` takes longer than anything here may take. */
export async function within<T>(promise: Promise<T>, what: () => string, limit = patience): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${limit} ms for ${what()}`)), limit);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A WebSocket client made of a bare socket: sends any bytes, shows every byte that comes back. */
export class RawClient {
  readonly socket: Socket;
  ending: Ending | undefined;
  #chunks: Buffer[] = [];
  #bytes: Buffer = Buffer.alloc(0);
  #waiting: (() => void)[] = [];

  constructor(socket: Socket, options: ClientOptions) {
    this.socket = socket;
    socket.setNoDelay(true);
    if (options.paused) socket.pause();
    else socket.on("data", this.#receive);
    socket.on("end", () => this.#end("fin"));
    socket.on("error", () => this.#end("reset"));
    socket.on("close", () => {
      alive.delete(this);
      this.#wake();
    });
    alive.add(this);
  }

  /** Connects and waits until the kernel (or TLS) says so. */
  static async connect(target: Target, options: ClientOptions = {}): Promise<RawClient> {
    const address = { host: "127.0.0.1", ...target, allowHalfOpen: options.keepHalf ?? false };
    const socket = options.tls ? connectTls({ ...options.tls, ...address }) : connectTcp(address);
    const client = new RawClient(socket, options);
    const ready = new Promise<void>((resolve, reject) => {
      socket.once(options.tls ? "secureConnect" : "connect", resolve);
      socket.once("error", reject);
    });
    await within(ready, () => `a connection to ${JSON.stringify(target)}`);
    return client;
  }

  /** Connects, upgrades with a good handshake (or the given one) and waits for the 101. */
  static async open(
    target: Target,
    handshake: Buffer = request(),
    options: ClientOptions = {},
  ): Promise<RawClient> {
    const client = await RawClient.connect(target, options);
    client.write(handshake);
    const head = await client.head();
    if (head.status !== 101) throw new Error(`handshake refused: ${head.status} ${head.get("error") ?? ""}`);
    return client;
  }

  /** Writes bytes; in one segment when they fit. */
  write(bytes: Uint8Array): void {
    if (this.socket.writable) this.socket.write(bytes);
  }

  /** Writes parts one after the other, each read by the server (in this process) before the next is sent. */
  async writeParts(parts: Iterable<Uint8Array>): Promise<void> {
    for (const part of parts) {
      if (!this.socket.writable || this.ending) return;
      this.socket.write(part);
      await turn();
    }
  }

  /** Writes bytes in two parts: the first `at` bytes and the rest. */
  writeCut(bytes: Uint8Array, at: number): Promise<void> {
    return this.writeParts([bytes.subarray(0, at), bytes.subarray(at)].filter((part) => part.length > 0));
  }

  /** Writes every byte by itself. */
  writeBytewise(bytes: Uint8Array): Promise<void> {
    return this.writeParts(Array.from(bytes, (octet) => Uint8Array.of(octet)));
  }

  /** Waits until `read` finds something at the front of what came in, and takes it. */
  async take<T>(read: (bytes: Buffer) => { value: T; end: number } | undefined, what: string): Promise<T> {
    const story = () =>
      `${what}; ending ${this.ending}, received ${this.unread.subarray(0, 80).toString("latin1")}`;
    for (;;) {
      const found = read(this.unread);
      if (found !== undefined) {
        this.#bytes = this.unread.subarray(found.end);
        return found.value;
      }
      if (this.ending !== undefined || this.socket.destroyed) throw new Error(`ended before ${story()}`);
      await within(this.#activity(), story);
    }
  }

  /** The next response head. */
  head(): Promise<ResponseHead> {
    return this.take(readHead, "a response head");
  }

  /** The next `length` bytes. */
  bytes(length: number): Promise<Buffer> {
    return this.take(
      (bytes) => (bytes.length < length ? undefined : { value: bytes.subarray(0, length), end: length }),
      `${length} bytes`,
    );
  }

  /** The next frame. */
  frame(): Promise<ServerFrame> {
    return this.take(readFrame, "a frame");
  }

  /** The next `count` frames, one line each. */
  async frames(count: number): Promise<string[]> {
    const lines: string[] = [];
    while (lines.length < count) lines.push(describe(await this.frame()));
    return lines;
  }

  /** Waits until the server has let go of the connection. */
  async ended(limit: number = patience): Promise<Ending> {
    const deadline = performance.now() + limit;
    while (this.ending === undefined) {
      if (this.socket.destroyed) throw new Error("the client itself was destroyed");
      await within(this.#activity(), () => "the server to end the connection", deadline - performance.now());
    }
    return this.ending;
  }

  /** Every frame that is left, one line each, once the server has ended the connection. */
  async framesToEnd(): Promise<string[]> {
    await this.ended();
    const lines: string[] = [];
    for (let found = readFrame(this.unread); found; found = readFrame(this.unread)) {
      lines.push(describe(found.value));
      this.#bytes = this.unread.subarray(found.end);
    }
    if (this.unread.length > 0) lines.push(`${this.unread.length} stray bytes`);
    return lines;
  }

  /**
   * Every frame up to the end, one line each, as a good peer sees them: a Close is answered with the same code
   * (RFC 6455 §5.5.1).
   */
  async politeEnd(): Promise<string[]> {
    const lines: string[] = [];
    while (!lines.at(-1)?.startsWith("close")) {
      const sent = await this.frame();
      lines.push(describe(sent));
      if (sent.opcode === 8) this.write(frame({ opcode: 8, payload: sent.payload.subarray(0, 2) }));
    }
    return [...lines, ...(await this.framesToEnd())];
  }

  /** What was received and not taken yet. */
  get unread(): Buffer {
    if (this.#chunks.length > 0) {
      this.#bytes = Buffer.concat([this.#bytes, ...this.#chunks]);
      this.#chunks = [];
    }
    return this.#bytes;
  }

  /** Ends our half: a FIN. */
  fin(): void {
    this.socket.end();
  }

  /** Throws the connection away with a RST. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  destroy(): void {
    this.socket.destroy();
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    if (this.socket.listenerCount("data") === 0) this.socket.on("data", this.#receive);
    this.socket.resume();
  }

  #receive = (chunk: Buffer): void => {
    this.#chunks.push(chunk);
    this.#wake();
  };

  #end(ending: Ending): void {
    this.ending ??= ending;
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  #activity(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
