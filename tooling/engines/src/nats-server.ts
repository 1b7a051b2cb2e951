import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { EngineProcess, type EngineProgram } from "./engine-process.ts";
import { EngineServer } from "./engine-server.ts";
import { TcpProxy } from "./tcp-proxy.ts";

const program: EngineProgram = {
  command: "nats-server",
  debian: "nats-server",
  variable: "EXWS_NATS",
};

export type NatsOptions = {
  /** With JetStream, whose data is kept when the server is stopped and started again. Default true. */
  jetStream?: boolean;
  /** Lines of configuration, as `max_payload: 4096` or `authorization { token: "x" }`. */
  config?: string;
};

/** A `nats-server` of a test's own. */
export class NatsServer extends EngineServer {
  readonly #proxy: TcpProxy;
  readonly #settings: { config: string };

  private constructor(engine: EngineProcess, proxy: TcpProxy, settings: { config: string }) {
    super(engine);
    this.#proxy = proxy;
    this.#settings = settings;
  }

  static async start({ jetStream = true, config = "" }: NatsOptions = {}): Promise<NatsServer> {
    const settings = { config };
    const engine = await EngineProcess.start(
      program,
      (port, folder) => {
        const file = configFile(folder);
        writeFileSync(file, settings.config);
        const store = jetStream ? ["-js", "-sd", join(folder, "store")] : [];
        return ["-a", "127.0.0.1", "-p", String(port), "-c", file, ...store];
      },
      greeting,
    );
    return new NatsServer(engine, await TcpProxy.start(engine.port), settings);
  }

  /** Where clients connect that `cut` is for: nats-server 2.9 itself cannot be told to close connections. */
  get port(): number {
    return this.#proxy.port;
  }

  /** Its own port: nothing in between, and nothing that `cut` reaches. */
  get directPort(): number {
    return this.process.port;
  }

  /** `nats://127.0.0.1:` and `port`. */
  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  /** What stands before `port`: for faults of one direction. */
  get proxy(): TcpProxy {
    return this.#proxy;
  }

  async cut(): Promise<void> {
    this.#proxy.cut();
  }

  /** Gives it another configuration for the next start. */
  configure(config: string): void {
    this.#settings.config = config;
  }

  /** Gives it another configuration while it runs; clients hear of it a moment later. */
  reload(config: string): void {
    this.configure(config);
    writeFileSync(configFile(this.process.folder), config);
    process.kill(this.pid!, "SIGHUP");
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await this.#proxy[Symbol.asyncDispose]();
    await super[Symbol.asyncDispose]();
  }
}

function configFile(folder: string): string {
  return join(folder, "nats.conf");
}

/** Resolves when the server greets, which it does when JetStream has started, too. */
async function greeting(port: number): Promise<void> {
  const socket = connect(port, "127.0.0.1").setEncoding("latin1");
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("data", (text) =>
        String(text).startsWith("INFO ") ? resolve() : reject(new Error(`not NATS: ${text}`)),
      );
      socket.once("error", reject);
      socket.once("close", () => reject(new Error("the connection was closed")));
    });
  } finally {
    socket.destroy();
  }
}
