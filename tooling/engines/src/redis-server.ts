import { EngineProcess, type EngineProgram } from "./engine-process.ts";
import { EngineServer } from "./engine-server.ts";
import { type Reply, RespConnection } from "./resp-connection.ts";

const program: EngineProgram = {
  command: "redis-server",
  debian: "redis-server",
  variable: "EXWS_REDIS",
};

export type RedisOptions = {
  /** Of the default user. */
  password?: string;
  /** Lines of configuration, as `{ maxclients: "10", "client-output-buffer-limit": "pubsub 1mb 1mb 1" }`. */
  config?: Readonly<Record<string, string>>;
  /** Further users, as lines of an ACL file: `alice on >secret ~* &* +@all`. */
  users?: readonly string[];
  /** Keep the data when it is stopped and started again (append-only file, synced with each command). Default false. */
  persist?: boolean;
};

/** A `redis-server` of a test's own. */
export class RedisServer extends EngineServer {
  readonly #password: string | undefined;

  private constructor(engine: EngineProcess, password: string | undefined) {
    super(engine);
    this.#password = password;
  }

  static async start({
    password,
    config = {},
    users = [],
    persist = false,
  }: RedisOptions = {}): Promise<RedisServer> {
    const settings = {
      bind: "127.0.0.1",
      save: "",
      appendonly: persist ? "yes" : "no",
      appendfsync: "always",
      ...(password === undefined ? {} : { requirepass: password }),
      ...config,
    };
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, ...words(name, value)]);
    const acl = users.flatMap((user) => ["--user", ...user.split(" ")]);
    const engine = await EngineProcess.start(
      program,
      (port, folder) => ["--port", String(port), "--dir", folder, ...args, ...acl],
      async (port) => {
        using connection = await RespConnection.open(port, password);
        await connection.command("PING");
      },
    );
    return new RedisServer(engine, password);
  }

  get port(): number {
    return this.process.port;
  }

  /** Its address, with the password. */
  get url(): string {
    const user = this.#password === undefined ? "" : `:${encodeURIComponent(this.#password)}@`;
    return `redis://${user}127.0.0.1:${this.port}`;
  }

  /** Runs a command on a connection of its own; throws what the server answers as an error. */
  async command(...words: readonly (string | number)[]): Promise<Reply> {
    using connection = await RespConnection.open(this.port, this.#password);
    return await connection.command(...words);
  }

  /** Closes the connections that subscribe, those that do not, or all. */
  async cut(kind?: "pubsub" | "normal"): Promise<void> {
    using connection = await RespConnection.open(this.port, this.#password);
    const kinds = kind === undefined ? ["pubsub", "normal"] : [kind];
    // In one go: who comes back at once is not cut again.
    await Promise.all(
      kinds.map((type) => connection.command("CLIENT", "KILL", "TYPE", type, "SKIPME", "yes")),
    );
  }
}

/** A setting of several words has to come as several arguments; an empty one as an empty argument. */
function words(name: string, value: string): readonly string[] {
  return name === "client-output-buffer-limit" || value === "" ? [value] : value.split(" ");
}
