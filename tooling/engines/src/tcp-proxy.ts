import { connect, createServer, type Server, type Socket } from "node:net";

/** Which way bytes go: from clients to the engine, or from the engine to clients. */
export type Direction = "up" | "down";

/** Stands between one client and its engine, and breaks their connections on command while others go on. */
export class TcpProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #pairs = new Set<readonly [client: Socket, engine: Socket]>();
  readonly #held = new Set<Direction>();
  readonly #stuck = new Set<readonly [client: Socket, engine: Socket]>();
  readonly #waiting = new Set<() => void>();
  #accepting = true;

  private constructor(target: number) {
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) =>
      this.#join(client, target),
    );
  }

  /** Listens on a free port of 127.0.0.1 for clients of the engine on the port `target`. */
  static async start(target: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the proxy is closed");
    return address.port;
  }

  /** How many connections go through it now. */
  get connections(): number {
    return this.#pairs.size;
  }

  /** Resolves when as many connections go through it. */
  until(connections: number): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.#pairs.size !== connections) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** Resets every connection; new ones are taken. */
  cut(): void {
    for (const [client, engine] of this.#pairs) {
      client.resetAndDestroy();
      engine.destroy();
    }
  }

  /** Resets every connection, and each new one at once, until `heal`. */
  refuse(): void {
    this.#accepting = false;
    this.cut();
  }

  /** Takes connections again. */
  heal(): void {
    this.#accepting = true;
  }

  /** No byte passes in these directions, on old and new connections, and nobody is told: half-open. */
  hold(...directions: readonly Direction[]): void {
    for (const direction of directions.length === 0 ? (["up", "down"] as const) : directions) {
      this.#held.add(direction);
    }
    for (const pair of this.#pairs) this.#flow(pair);
  }

  /** The same on the connections there are, both ways, and not on new ones: what is sent on them arrives late, behind newer things. */
  stick(): void {
    for (const pair of this.#pairs) {
      this.#stuck.add(pair);
      this.#flow(pair);
    }
  }

  /** Bytes pass again, what was held first. */
  release(): void {
    this.#held.clear();
    this.#stuck.clear();
    for (const pair of this.#pairs) this.#flow(pair);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#accepting = false;
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(client: Socket, target: number): void {
    if (!this.#accepting) {
      client.on("error", () => {});
      client.resetAndDestroy();
      return;
    }
    const engine = connect({ port: target, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
    const pair = [client, engine] as const;
    this.#pairs.add(pair);
    this.#look();
    const both = [
      [client, engine],
      [engine, client],
    ] as const;
    for (const [from, to] of both) {
      from.on("data", (bytes) => {
        if (!to.write(bytes)) from.pause();
      });
      to.on("drain", () => this.#flow(pair));
      from.on("end", () => to.end());
      from.on("error", () => {});
      from.on("close", () => {
        to.destroy();
        this.#pairs.delete(pair);
        this.#stuck.delete(pair);
        this.#look();
      });
    }
    this.#flow(pair);
  }

  #look(): void {
    for (const look of [...this.#waiting]) look();
  }

  #flow(pair: readonly [client: Socket, engine: Socket]): void {
    const [client, engine] = pair;
    const isStuck = this.#stuck.has(pair);
    if (isStuck || this.#held.has("up")) client.pause();
    else client.resume();
    if (isStuck || this.#held.has("down")) engine.pause();
    else engine.resume();
  }
}
