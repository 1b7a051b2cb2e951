import type { Duplex } from "node:stream";
import type { MessageTransform } from "@exws/frame";
import {
  checkHttp,
  checkOrigin,
  checkUpgrade,
  type ExtensionOffer,
  encodeAccept,
  encodeRejection,
  encodeResponse,
  HandshakeError,
  type HandshakeRequest,
  negotiateExtensions,
  type RequestDecoder,
  selectSubprotocol,
  type Upgrade,
  wantsUpgrade,
} from "@exws/handshake";
import type { Deadlined } from "./deadline-wheel.ts";
import { diagnostics } from "./diagnostics.ts";
import type { HandshakeAnswer } from "./handler.ts";
import type { AcceptOptions } from "./handshake-answer.ts";
import type { PlainAnswer, ResolvedOptions } from "./options.ts";
import { type Receiver, readByEvents, setReceiver } from "./receiver.ts";
import type { ServerContext } from "./server-context.ts";
import type { Transport } from "./transport.ts";
import { WebSocketConnection } from "./web-socket-connection.ts";

const empty = new Uint8Array(0);
const noOptions: AcceptOptions<never> = {};

/** The server as an opening handshake sees it. */
export interface Admission<State> {
  readonly context: ServerContext<State>;
  readonly options: ResolvedOptions<State>;
  /** The server is being closed: nobody is let in any more. */
  readonly isClosing: boolean;
  /** A handshake is decided. */
  decided(): void;
  /** The socket of a handshake is gone, or has become a connection. */
  leave(opening: OpeningHandshake<State>): void;
  /** Lends a decoder that has read nothing. */
  takeDecoder(): RequestDecoder;
  /** Takes back one that is not needed any more. */
  giveDecoder(decoder: RequestDecoder): void;
  /** A connection was accepted. */
  enter(connection: WebSocketConnection<State>): void;
}

/** Where the request came from. */
export type Peer = { readonly remoteAddress: string; readonly secure: boolean };

/** The extension that both ends agree on; it begins its work only once nothing can go wrong any more. */
type Agreement = { readonly agreed: readonly ExtensionOffer[]; readonly start: () => MessageTransform };

/**
 * - `reading`: the request has not come whole. `deciding`: the application is asked, nothing is read.
 * - `refused`: an answer went out; what still comes is thrown away. `done`: accepted, or the socket is gone.
 */
type Phase = "reading" | "deciding" | "refused" | "done";

/**
 * One opening handshake on the server's side (RFC 6455 §4.2), from the first byte of the request, or from a request that
 * `node:http` has read, to the answer. Whatever goes wrong, the peer gets an HTTP response and the connection ends.
 */
export class OpeningHandshake<State> implements Receiver, Deadlined {
  due = 0;
  previous: Deadlined | undefined;
  following: Deadlined | undefined;

  readonly #server: Admission<State>;
  readonly #socket: Transport;
  readonly #peer: Peer;
  #decoder: RequestDecoder | undefined;
  #phase: Phase = "reading";
  #request: HandshakeRequest | undefined;
  /** What came behind the request: the first frames, perhaps. */
  #rest: Uint8Array = empty;
  #connection: WebSocketConnection<State> | undefined;
  /** The socket belongs to `node:http`: it is read by events, and only once it is accepted. */
  #borrowed = false;

  constructor(server: Admission<State>, socket: Transport, peer: Peer) {
    this.#server = server;
    this.#socket = socket;
    this.#peer = peer;
    const { wheel, ticks, stats, limits } = server.context;
    stats.handshakes++;
    wheel.schedule(this, wheel.now + ticks.handshakeTimeout);
    if (stats.handshakes > limits.handshakes) this.#unavailable("handshakes");
  }

  /** Starts with a request that `node:http` has read; `head` came behind it. */
  begin(read: () => HandshakeRequest, head: Uint8Array): void {
    this.#borrowed = true;
    if (this.#phase !== "reading") return;
    try {
      this.#decide(read(), head);
    } catch (error) {
      this.#refuse(error);
    }
  }

  /** Ends it, because the server is closed. */
  shutdown(): void {
    if (this.#phase === "reading" || this.#phase === "deciding") this.#unavailable("shutdown");
  }

  /** Drops the socket, because the server's time is up. */
  destroy(): void {
    this.#socket.destroy();
  }

  onBytes(chunk: Uint8Array, start: number, end: number): void {
    if (this.#phase !== "reading") return;
    try {
      this.#decoder ??= this.#server.takeDecoder();
      this.#decoder.push(chunk, start, end);
      const decoded = this.#decoder.next();
      if (decoded === undefined) return;
      this.#server.giveDecoder(this.#decoder);
      this.#decoder = undefined;
      this.#decide(decoded.request, decoded.rest);
    } catch (error) {
      this.#refuse(error);
    }
  }

  onEnd(): void {
    if (this.#phase === "reading") this.#refuse(new HandshakeError("request_line"));
    else if (this.#phase === "refused") this.#socket.end();
  }

  onGone(): void {
    this.#connection?.abandon();
    this.#enter("done");
    this.#server.leave(this);
  }

  onDue(now: number): number {
    if (this.#phase === "refused") this.#socket.destroy();
    else {
      this.#server.context.stats.timeouts++;
      if (this.#phase === "reading") this.#answer("timeout", 408);
      else this.#unavailable("timeout");
    }
    return this.#phase === "refused"
      ? now + this.#server.context.ticks.lingerTimeout
      : Number.POSITIVE_INFINITY;
  }

  /** Judges the request: by the RFC, by its origin, by our limits, and last by the application. */
  #decide(request: HandshakeRequest, rest: Uint8Array): void {
    this.#phase = "deciding";
    this.#request = request;
    this.#rest = rest;
    checkHttp(request);
    const { options, context, isClosing } = this.#server;
    if (options.request !== undefined && !wantsUpgrade(request)) {
      const proceed = (answer: PlainAnswer) => this.#plain(encodeResponse({ status: 200, ...answer }));
      const answer = options.request(request);
      if (isPromise(answer)) this.#await(answer, proceed);
      else proceed(answer);
      return;
    }
    const upgrade = checkUpgrade(request);
    if (!this.#isAllowed(upgrade.origin, request)) throw new HandshakeError("origin");
    if (isClosing) {
      this.#unavailable("shutdown");
      return;
    }
    if (context.stats.connections >= context.limits.connections) {
      this.#unavailable("connections");
      return;
    }
    const { handler } = context;
    const connection = new WebSocketConnection<State>(
      context,
      this.#socket,
      this.#peer.remoteAddress,
      handler.init?.() as State,
    );
    this.#connection = connection;
    const answer = handler.handshake?.(request, connection);
    if (!isPromise(answer)) this.#conclude(answer, request, upgrade, connection);
    else this.#await(answer, (later) => this.#conclude(later, request, upgrade, connection));
  }

  #isAllowed(origin: string | undefined, request: HandshakeRequest): boolean {
    const rule = this.#server.options.origin;
    if (typeof rule === "function") return origin === undefined || rule(origin, request) === true;
    return checkOrigin(origin, rule, { host: request.headers.get("host")!, secure: this.#peer.secure });
  }

  /** Goes on with what the application will say. Nothing is read meanwhile. */
  #await<Answer>(answer: PromiseLike<Answer>, proceed: (answer: Answer) => void): void {
    this.#socket.pause();
    const guarded = (action: () => void) => {
      // The peer may have gone, or the time may have run out, before the application made up its mind.
      if (this.#phase !== "deciding") return;
      try {
        action();
      } catch (error) {
        this.#refuse(error);
      }
    };
    answer.then(
      (value) => guarded(() => proceed(value)),
      (error: unknown) => guarded(() => this.#refuse(error)),
    );
  }

  #conclude(
    answer: HandshakeAnswer<State>,
    request: HandshakeRequest,
    upgrade: Upgrade,
    connection: WebSocketConnection<State>,
  ): void {
    if (answer?.answer === "reject") {
      this.#end(
        answer.code,
        answer.options.status ?? 400,
        encodeRejection({ code: answer.code, ...answer.options }),
      );
      return;
    }
    if (answer !== undefined && answer?.answer !== "accept") {
      throw new TypeError("handshake must return nothing, accept() or reject()");
    }
    const options = answer?.options ?? noOptions;
    if (options.protocol !== undefined && !upgrade.protocols.includes(options.protocol)) {
      throw new TypeError(`accept: the client did not offer the subprotocol ${options.protocol}`);
    }
    const protocol = options.protocol ?? selectSubprotocol(upgrade.protocols, this.#server.options.protocols);
    const extension = this.#agree(upgrade, request);
    const response = encodeAccept({
      key: upgrade.key,
      protocol,
      extensions: extension?.agreed,
      headers: options.headers,
    });
    if (Object.hasOwn(options, "state")) connection.state = options.state as State;
    this.#accept(response, connection, protocol ?? "", extension?.start);
  }

  /** Chooses the extension: the first of the client's offers that one of ours takes (RFC 6455 §9.1). */
  #agree({ extensions }: Upgrade, request: HandshakeRequest): Agreement | undefined {
    if (extensions.length === 0) return undefined;
    const ours = this.#server.options.extensions.filter((extension) => extension.allows?.(request) ?? true);
    const [agreed] = negotiateExtensions(extensions, ours);
    const extension = ours.find(({ name }) => name === agreed?.name);
    if (agreed === undefined || extension === undefined) return undefined;
    const { message } = this.#server.context.limits;
    return { agreed: [agreed], start: () => extension.start(agreed, message) };
  }

  #accept(
    response: Uint8Array,
    connection: WebSocketConnection<State>,
    protocol: string,
    startExtension: (() => MessageTransform) | undefined,
  ): void {
    const socket = this.#socket;
    // The peer went while the application made up its mind; the event that says so is on its way.
    if (socket.destroyed) return;
    const transform = startExtension?.();
    this.#enter("done");
    this.#server.leave(this);
    setReceiver(socket, connection);
    socket.write(response);
    this.#server.enter(connection);
    connection.start(protocol, this.#rest, transform);
    if (this.#borrowed) readByEvents(socket as Duplex);
    connection.beginReading();
  }

  /** Answers 503: a limit is reached, or the server is being closed. */
  #unavailable(code: string): void {
    this.#answer(code, 503, [["Retry-After", "1"]]);
  }

  #answer(code: string, status: number, headers: [string, string][] = []): void {
    this.#end(code, status, encodeRejection({ code, status, headers }));
  }

  /** Answers a fault: the peer's by its status, the application's by 500. */
  #refuse(error: unknown): void {
    if (error instanceof HandshakeError) {
      this.#end(error.code, error.status, encodeRejection(error));
      return;
    }
    this.#server.context.report(error, this.#connection);
    if (this.#phase === "done") this.#socket.destroy();
    else this.#answer("error", 500);
  }

  #end(code: string, status: number, response: Uint8Array): void {
    this.#server.context.stats.rejected++;
    if (diagnostics.reject.hasSubscribers)
      diagnostics.reject.publish({ request: this.#request, code, status });
    this.#plain(response);
  }

  /** Sends the answer and ends the connection; nothing behind the request is looked at (RFC 9112 §9.6). */
  #plain(response: Uint8Array): void {
    const { wheel, ticks } = this.#server.context;
    this.#enter("refused");
    this.#connection?.abandon();
    this.#decoder = undefined;
    this.#rest = empty;
    this.#socket.end(response);
    this.#socket.resume();
    wheel.schedule(this, wheel.now + ticks.lingerTimeout);
  }

  /** Goes over to a phase in which the handshake no longer counts as under way. */
  #enter(phase: "refused" | "done"): void {
    this.#server.context.wheel.remove(this);
    if (this.#phase === "reading" || this.#phase === "deciding") this.#server.decided();
    this.#phase = phase;
  }
}

function isPromise<Value>(value: Value | PromiseLike<Value>): value is PromiseLike<Value> {
  return (
    typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function"
  );
}
