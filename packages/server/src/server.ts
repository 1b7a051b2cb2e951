import type { IncomingMessage } from "node:http";
import type * as net from "node:net";
import type { Duplex } from "node:stream";
import type { MessageDecoderOptions } from "@exws/frame";
import { RequestDecoder, requestFromParts } from "@exws/handshake";
import type { CloseInfo } from "./close-info.ts";
import type { Connection } from "./connection.ts";
import { DeadlineWheel } from "./deadline-wheel.ts";
import { DecoderPool } from "./decoder-pool.ts";
import { diagnostics } from "./diagnostics.ts";
import { DirectSocket } from "./direct-socket.ts";
import { Incoming } from "./incoming.ts";
import type { Limits } from "./limits.ts";
import { nodeUtf8 } from "./node-utf8.ts";
import { type Admission, OpeningHandshake, type Peer } from "./opening-handshake.ts";
import { checkNames, type ResolvedOptions, resolveOptions, type ServerOptions } from "./options.ts";
import { type OwnSocket, takeHandle } from "./own-socket.ts";
import { PayloadSlabs } from "./payload-slabs.ts";
import { listen, readByEvents, receiverOf } from "./receiver.ts";
import type { ServerContext, Ticks } from "./server-context.ts";
import { type CloseOptions, type CloseResult, Shutdown } from "./shutdown.ts";
import { emptyStats, type Stats } from "./stats.ts";
import { TurnWriter } from "./turn-writer.ts";
import type { WebSocketConnection } from "./web-socket-connection.ts";

/** A stop of the process up to this long counts as time; what is beyond does not, so that nobody dies of it. */
const longestStep = 1_000;

/**
 * A WebSocket server: connections, limits, counters. It listens to nothing by itself; `serve` gives it a port of its own,
 * `attach` a place on an HTTP server, and `handleUpgrade` takes single requests.
 */
export class Server<State = undefined> implements AsyncDisposable {
  readonly #context: ServerContext<State>;
  readonly #options: ResolvedOptions<State>;
  readonly #connections = new Set<WebSocketConnection<State>>();
  readonly #openings = new Set<OpeningHandshake<State>>();
  readonly #admission: Admission<State>;
  readonly #clock: NodeJS.Timeout;
  #shutdown: Shutdown | undefined;
  #onClosing: (() => void) | undefined;
  #whenClosed: (() => void) | undefined;

  /** Throws a TypeError or RangeError that names the wrong option. */
  constructor(options: ServerOptions<State>) {
    this.#options = resolveOptions(options);
    this.#context = this.#makeContext(this.#options);
    this.#admission = this.#makeAdmission();
    this.#clock = this.#startClock();
    if (diagnostics.start.hasSubscribers) diagnostics.start.publish({ server: this });
  }

  /** The open connections, those in their closing handshake included. */
  get connections(): ReadonlySet<Connection<State>> {
    return this.#connections;
  }

  /** A copy of the counters. */
  stats(): Stats {
    return { ...this.#context.stats };
  }

  /**
   * Takes an upgrade request that `node:http` or `node:https` has read, with the arguments of its `upgrade` event. The
   * socket is the server's from then on, whatever the answer is. A socket that a server has taken before is left to it.
   */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Uint8Array): void {
    if (receiverOf(socket) !== undefined) return;
    const opening = this.#open(socket);
    // Gone already, or about to be.
    if (socket.destroyed) return;
    const { limits } = this.#context;
    opening.begin(
      () => requestFromParts(request.method!, request.url!, request.httpVersion, request.rawHeaders, limits),
      head,
    );
  }

  /**
   * Takes a TCP or TLS socket that has read nothing, as the `connection` event of a listener gives it. TCP sockets of a
   * listener with `pauseOnConnect` are read through one shared buffer; all others by events.
   */
  handleSocket(socket: net.Socket): void {
    if ("encrypted" in socket || !socket.isPaused()) {
      this.#open(socket);
      readByEvents(socket);
      return;
    }
    const own = takeHandle(socket);
    if (own !== undefined) {
      this.accept(own);
      return;
    }
    this.#open(socket);
    readByEvents(socket);
    socket.resume();
  }

  /** Takes a socket that delivers to its receiver by itself. */
  protected accept(socket: OwnSocket): void {
    this.#open(socket);
  }

  /** Calls `stop` as soon as the server is told to close: nobody new may come. */
  whenClosing(stop: () => void): void {
    this.#onClosing = stop;
  }

  /** Calls `done` when the server is closed and its last connection gone. */
  whenClosed(done: () => void): void {
    this.#whenClosed = done;
  }

  /**
   * Closes the server: lets nobody in any more, sends every connection a Close frame (1001 unless told otherwise) once the
   * callback that it is in has finished, waits for the closing handshakes, and drops what is left after `within`.
   * Resolves when every connection is gone and its `closed` has run. Calling it again gives the same promise.
   */
  close(options: CloseOptions = {}): Promise<CloseResult> {
    if (this.#shutdown === undefined) {
      this.#shutdown = new Shutdown(options, this.#connections, this.#openings);
      this.#onClosing?.();
      for (const opening of this.#openings) opening.shutdown();
      this.#shutdown.done.then(() => {
        clearInterval(this.#clock);
        this.#whenClosed?.();
        if (diagnostics.stop.hasSubscribers) diagnostics.stop.publish({ server: this });
      });
    }
    return this.#shutdown.done;
  }

  /** Closes the server with the defaults. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #open(socket: Duplex | DirectSocket): OpeningHandshake<State> {
    const opening = new OpeningHandshake(this.#admission, socket, peerOf(socket));
    if (socket instanceof DirectSocket) socket.start(opening);
    else listen(socket, opening);
    this.#openings.add(opening);
    // Its last event has been: nobody would tell us.
    if (socket.closed) opening.onGone();
    if (this.#shutdown !== undefined) opening.shutdown();
    return opening;
  }

  #makeAdmission(): Admission<State> {
    const server = this;
    let spare: RequestDecoder | undefined;
    return {
      context: this.#context,
      options: this.#options,
      get isClosing() {
        return server.#shutdown !== undefined;
      },
      decided: () => {
        this.#context.stats.handshakes--;
      },
      // Most requests come in one piece, and then one decoder does for all.
      takeDecoder: () => {
        const decoder = spare ?? new RequestDecoder(this.#context.limits);
        spare = undefined;
        return decoder;
      },
      giveDecoder: (decoder) => {
        decoder.reset();
        spare = decoder;
      },
      leave: (opening) => {
        this.#openings.delete(opening);
        this.#shutdown?.notice();
      },
      enter: (connection) => {
        this.#context.stats.accepted++;
        this.#context.stats.connections++;
        this.#connections.add(connection);
        if (diagnostics.open.hasSubscribers) diagnostics.open.publish({ connection });
      },
    };
  }

  #makeContext(options: ResolvedOptions<State>): ServerContext<State> {
    const { handler, limits, onOverflow } = options;
    const wheel = new DeadlineWheel(tickFor(limits));
    const stats = emptyStats();
    const decoder: MessageDecoderOptions = {
      role: "server",
      maxMessage: limits.message,
      maxFragments: limits.fragments,
      textAsBytes: handler.raw !== undefined,
      utf8: nodeUtf8,
      memory: new PayloadSlabs(),
    };
    const pools = new Map<number, DecoderPool>();
    return {
      handler,
      limits,
      wheel,
      stats,
      ticks: ticksFor(limits, wheel),
      incoming: new Incoming(limits, wheel, handler.raw !== undefined),
      writer: new TurnWriter(stats),
      decodersFor: (rsv) => {
        const pool = pools.get(rsv) ?? new DecoderPool({ ...decoder, rsv });
        pools.set(rsv, pool);
        return pool;
      },
      outbox: {
        softBuffer: limits.softBuffer,
        hardBuffer: limits.hardBuffer,
        pongs: limits.pongs,
        onOverflow,
      },
      report: (error, connection) => this.#report(error, connection),
      onClosed: (connection, info) => this.#onClosed(connection, info),
    };
  }

  #onClosed(connection: Connection<State>, info: CloseInfo): void {
    this.#context.stats.connections--;
    this.#context.stats.closed++;
    this.#connections.delete(connection as WebSocketConnection<State>);
    if (diagnostics.close.hasSubscribers) diagnostics.close.publish({ connection, info });
    this.#shutdown?.notice();
  }

  #report(error: unknown, connection: Connection<State> | undefined): void {
    this.#context.stats.errors++;
    if (diagnostics.error.hasSubscribers) diagnostics.error.publish({ error, connection });
    try {
      this.#options.onError(error, connection);
    } catch {
      // Whoever is told of errors has nobody to tell of their own.
    }
  }

  #startClock(): NodeJS.Timeout {
    const { wheel } = this.#context;
    let last = performance.now();
    const clock = setInterval(() => {
      const now = performance.now();
      wheel.advance(now - last, longestStep);
      last = now;
    }, wheel.tick);
    return clock.unref();
  }
}

/** Makes a server that listens to nothing: give it requests with `handleUpgrade`. */
export function createServer<State = undefined>(options: ServerOptions<State>): Server<State> {
  checkNames(options);
  return new Server(options);
}

function peerOf(socket: Duplex | DirectSocket): Peer {
  const { remoteAddress } = socket as net.Socket;
  return { remoteAddress: remoteAddress ?? "", secure: "encrypted" in socket };
}

const timeLimits = [
  "handshakeTimeout",
  "messageTimeout",
  "pingInterval",
  "pingTimeout",
  "idleTimeout",
  "lifetime",
  "closeTimeout",
  "lingerTimeout",
  "stallTimeout",
] as const;

/** A tick fine enough for the shortest time limit, and no finer than needed. */
function tickFor(limits: Limits): number {
  const shortest = Math.min(...timeLimits.map((name) => limits[name]));
  return Math.min(250, Math.max(5, Math.ceil(shortest / 16)));
}

function ticksFor(limits: Limits, wheel: DeadlineWheel): Ticks {
  return Object.fromEntries(timeLimits.map((name) => [name, wheel.ticks(limits[name])])) as Ticks;
}
