import { readFile } from "node:fs/promises";
import { createServer as createTcpServer, type Server } from "node:net";
import { basename, extname, join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { encodeResponse } from "@exws/handshake";
import type { Case } from "../catalogue/case.ts";
import { Random } from "../corpus/random.ts";
import { ResultCollector, type SuiteResult } from "../report/suite-result.ts";
import { isExcluded, type Selection } from "../spec/selection.ts";
import { randomCutter } from "../wire/cutter.ts";
import type { CaseResult } from "./case-result.ts";
import { CorpusCache } from "./corpus-cache.ts";
import { DirectMode } from "./direct-mode.ts";
import { type Incoming, openIncoming, readIncoming, testClient } from "./incoming.ts";
import { quickCount } from "./load.ts";
import { defaultOptions, type ProtocolOptions } from "./protocol-options.ts";
import { type Answer, Route } from "./routes.ts";
import { answerRequest, asksUpgrade, HttpFault } from "./server-handshake.ts";
import { startPage } from "./start-page.ts";

/** How clients are awaited. */
export type FuzzingServerOptions = {
  readonly selection: Selection;
  readonly host?: string;
  readonly port?: number;
  readonly protocols?: readonly string[];
  readonly options?: ProtocolOptions;
  /** Certificate and key in PEM format: the server is wss:// then. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  readonly quick?: boolean;
  readonly timeout?: number | undefined;
  readonly chopSeed?: number | undefined;
  /** The folder whose reports are shown at /reports/. */
  readonly outdir?: string | undefined;
  /** Writes the reports; /updateReports waits for it. */
  readonly updateReports?: (result: SuiteResult) => Promise<unknown>;
  readonly onResult?: (result: CaseResult) => void;
  /** A client asked for the end. */
  readonly onStop?: () => void;
};

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css",
  ".json": "application/json",
};

/** The tester as server: each client says by the path of its handshake what it wants. */
export class FuzzingServer {
  readonly #settings: FuzzingServerOptions;
  readonly #server: Server;
  readonly #collector = new ResultCollector();
  readonly #cache = new CorpusCache();
  readonly #route: Route;
  readonly #started = new Date();
  #connections = 0;

  constructor(settings: FuzzingServerOptions) {
    this.#settings = settings;
    this.#route = new Route(settings.selection);
    const { tls } = settings;
    this.#server = tls === undefined ? createTcpServer() : createTlsServer({ cert: tls.cert, key: tls.key });
    this.#server.on(tls === undefined ? "connection" : "secureConnection", (socket) => {
      const { chopSeed, options = defaultOptions } = settings;
      const cutter =
        chopSeed === undefined ? undefined : randomCutter(new Random(chopSeed + this.#connections++));
      readIncoming(socket, options, (incoming) => this.#request(incoming), cutter);
    });
  }

  /** Begins to listen; resolves with the url, which has the real port. */
  listen(): Promise<string> {
    const { host = "127.0.0.1", port = 9001, tls } = this.#settings;
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, host, () => {
        const address = this.#server.address();
        const actual = typeof address === "object" && address !== null ? address.port : port;
        resolve(`${tls === undefined ? "ws" : "wss"}://${host.includes(":") ? `[${host}]` : host}:${actual}`);
      });
    });
  }

  /** What all clients came to so far. */
  get result(): SuiteResult {
    const { quick, chopSeed } = this.#settings;
    const notes = [
      ...(quick === true
        ? [`Quick run: ${quickCount} instead of 1000 round trips in 9.7, 9.8, 12 and 13.`]
        : []),
      ...(chopSeed === undefined ? [] : [`Everything was cut at random places (seed ${chopSeed}).`]),
    ];
    const duration = Date.now() - this.#started.getTime();
    return { agents: this.#collector.agents, started: this.#started, duration, notes, role: "clients" };
  }

  /** Stops listening. */
  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #request(incoming: Incoming): void {
    const { head, socket } = incoming;
    const answer = (octets: Uint8Array): void => {
      socket.end(octets);
    };
    if (!asksUpgrade(head)) {
      void this.#page(head.start.split(" ")[1] ?? "/").then(answer);
      return;
    }
    try {
      this.#upgrade(incoming, this.#route.read(head.start.split(" ")[1] ?? "/"));
    } catch (error) {
      if (!(error instanceof HttpFault)) throw error;
      answer(encodeResponse({ status: error.status, body: `${error.message}\n` }));
    }
  }

  #upgrade(incoming: Incoming, wish: Answer): void {
    const { head, connection } = incoming;
    const { protocols = [] } = this.#settings;
    const accepted = answerRequest(head, wish.kind === "run" ? wish.case : undefined, protocols);
    const nothing = { message() {}, pong() {}, closed() {} };
    if (wish.kind === "run") {
      this.#run(wish.case, wish.agent, incoming, accepted);
      return;
    }
    if (wish.kind === "direct") {
      openIncoming(incoming, accepted, new DirectMode(connection));
      return;
    }
    openIncoming(incoming, accepted, nothing);
    const close = (): void => connection.close(new Uint8Array(0));
    if (wish.kind === "text") {
      connection.output.sendFrame({ opcode: 1, fin: true, rsv: 0 }, Buffer.from(wish.text));
      close();
    } else if (wish.kind === "status") {
      this.#route.whenFinished(wish.agent, wish.case.id, (behavior) => {
        connection.output.sendFrame(
          { opcode: 1, fin: true, rsv: 0 },
          Buffer.from(JSON.stringify({ behavior })),
        );
        close();
      });
    } else if (wish.kind === "reports") {
      void this.#update().then(() => {
        close();
        if (wish.stop) this.#settings.onStop?.();
      });
    } else {
      connection.end();
      this.#settings.onStop?.();
    }
  }

  #run(one: Case, agent: string, incoming: Incoming, accepted: ReturnType<typeof answerRequest>): void {
    const { selection, quick = false, timeout, onResult } = this.#settings;
    if (isExcluded(selection, agent, one.id)) {
      openIncoming(incoming, accepted, { message() {}, pong() {}, closed() {} });
      incoming.connection.close(new Uint8Array(0));
      return;
    }
    this.#route.begun(agent, one.id);
    const options = { quick, cache: this.#cache, timeout };
    void testClient(one, agent, incoming, accepted, options).then((result) => {
      this.#collector.add(result);
      this.#route.finished(agent, one.id, result.behavior);
      onResult?.(result);
    });
  }

  async #update(): Promise<void> {
    await this.#settings.updateReports?.(this.result);
  }

  async #page(target: string): Promise<Uint8Array> {
    const path = target.split("?")[0]!;
    const { outdir, selection } = this.#settings;
    const headers = { "content-type": "text/html; charset=utf-8" };
    if (path === "/")
      return encodeResponse({ status: 200, headers, body: startPage(selection.cases.length) });
    const name = basename(path === "/reports/" ? "index.html" : path);
    const type = types[extname(name)];
    try {
      if (outdir === undefined || !path.startsWith("/reports/") || type === undefined)
        throw new Error("none");
      const body = await readFile(join(outdir, name));
      return encodeResponse({ status: 200, headers: { "content-type": type }, body });
    } catch {
      return encodeResponse({ status: 404, body: "There is no such page.\n" });
    }
  }
}
