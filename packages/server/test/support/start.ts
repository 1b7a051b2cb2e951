import { afterEach, expect } from "vitest";
import {
  type CloseInfo,
  type Connection,
  type Handler,
  type ListeningServer,
  type ServeOptions,
  type Server,
  serve,
} from "../../src/index.ts";
import { EventLog, messageLine } from "./event-log.ts";
import { describePayload } from "./frame-bytes.ts";
import { type ClientOptions, destroyClients, RawClient, type Target, turn } from "./raw-client.ts";

/** The state of a connection is of no interest to most tests. */
export type State = unknown;
export type TestConnection = Connection<State>;
export type TestHandler = Partial<Handler<State>>;
export type TestOptions = Omit<Partial<ServeOptions<State>>, "handler"> & { handler?: TestHandler };

/** A running server whose handler calls and errors are recorded. */
export class Running<Kind extends Server<State> = ListeningServer<State>> {
  readonly server: Kind;
  readonly log: EventLog;
  readonly errors: unknown[];
  /** How clients connect unless a test says otherwise. */
  clientOptions: ClientOptions = {};

  constructor(server: Kind, log: EventLog, errors: unknown[]) {
    this.server = server;
    this.log = log;
    this.errors = errors;
  }

  get target(): Target {
    const address = (this.server as unknown as ListeningServer<State>).address();
    if (address === null) throw new Error("the server does not listen");
    return typeof address === "string" ? { path: address } : { port: address.port };
  }

  connect(options: ClientOptions = this.clientOptions): Promise<RawClient> {
    return RawClient.connect(this.target, options);
  }

  open(handshake?: Buffer, options: ClientOptions = this.clientOptions): Promise<RawClient> {
    return RawClient.open(this.target, handshake, options);
  }

  /** How many connections the server holds. */
  get size(): number {
    return [...this.server.connections].length;
  }

  /** The errors so far; a test that expects some must take them, else it fails. */
  takeErrors(): unknown[] {
    return this.errors.splice(0);
  }

  /** Waits until the server holds no connection. */
  async empty(): Promise<void> {
    const deadline = performance.now() + 5000;
    while (this.size > 0) {
      if (performance.now() > deadline) throw new Error(`${this.size} connections are left`);
      await turn();
    }
  }
}

const started: Running<Server<State>>[] = [];

/** Starts a server on a free port of the loopback; every callback is recorded, those given run after that. */
export async function start(options: TestOptions = {}): Promise<Running> {
  const log = new EventLog();
  const errors: unknown[] = [];
  const server = await serve({
    host: "127.0.0.1",
    ...(options.path === undefined ? { port: 0 } : {}),
    ...options,
    handler: recording(log, options.handler ?? {}),
    onError(error, connection) {
      errors.push(error);
      options.onError?.(error, connection);
    },
  } as ServeOptions<State>);
  return track(new Running(server, log, errors));
}

/** Has a server closed and checked after the test. */
export function track<Kind extends Running<Server<State>>>(running: Kind): Kind {
  started.push(running);
  return running;
}

/** A handler that records each callback in `log` and then does what `handler` says. */
export function recording(log: EventLog, handler: TestHandler): Handler<State> {
  const recorded: TestHandler = {
    ...handler,
    init() {
      log.add("init", "", undefined, undefined);
      return handler.init?.();
    },
    handshake(request, connection) {
      log.add("handshake", request.path, connection, request);
      return handler.handshake?.(request, connection);
    },
    open(connection) {
      log.add("open", "", connection, undefined);
      return handler.open?.(connection);
    },
    ping(connection, payload) {
      log.add("ping", describePayload(payload), connection, payload);
      return handler.ping?.(connection, payload);
    },
    pong(connection, payload) {
      log.add("pong", describePayload(payload), connection, payload);
      return handler.pong?.(connection, payload);
    },
    drained(connection) {
      log.add("drained", "", connection, undefined);
      return handler.drained?.(connection);
    },
    closed(connection, info: CloseInfo) {
      log.add("closed", `${info.code} ${info.by}`, connection, info);
      return handler.closed?.(connection, info);
    },
  };
  if (handler.raw !== undefined) {
    const raw = handler.raw;
    recorded.raw = (connection, bytes, type) => {
      log.add("raw", `${type} ${describePayload(bytes)}`, connection, bytes);
      return raw(connection, bytes, type);
    };
  } else {
    recorded.message = (connection, data) => {
      log.add(...messageLine(data), connection, data);
      return handler.message?.(connection, data);
    };
  }
  return recorded as Handler<State>;
}

afterEach(async () => {
  destroyClients();
  for (const running of started.splice(0)) {
    await running.empty();
    await running.server.close({ within: 1000 });
    expect(running.errors, "errors that reached onError and that the test did not expect").toEqual([]);
    expect(running.log.count("closed"), "every accepted connection is closed once").toBe(
      running.log.count("open"),
    );
  }
});
