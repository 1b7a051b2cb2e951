import type { HandshakeRequest, HeaderFields, ParsedOriginRule } from "@exws/handshake";
import { parseOriginRule } from "@exws/handshake";
import type { Connection } from "./connection.ts";
import type { Extension } from "./extension.ts";
import { checkHandler, type Handler } from "./handler.ts";
import { type Limits, resolveLimits } from "./limits.ts";
import type { OverflowPolicy } from "./outbox.ts";

/** The answer to a plain HTTP request on the server's own port. */
export type PlainAnswer = {
  /** 200 to 599; default 200. */
  status?: number;
  headers?: HeaderFields;
  body?: string | Uint8Array;
};

/** Decides whether pages of an origin may connect. */
export type OriginCheck = (origin: string, request: HandshakeRequest) => boolean;

/** Options of every server. */
export type ServerOptions<State> = {
  handler: Handler<State>;
  /**
   * Which web pages may connect (RFC 6455 §10.2). "same", the default: those of the host and port that they connect to;
   * "*": all; a list of origins, `https://*.example.com` for subdomains; or a function. Requests without `Origin`, which
   * do not come from web pages, are not concerned.
   */
  origin?: "same" | "*" | readonly string[] | OriginCheck;
  /** Subprotocols in order of preference. None is ever chosen unless named here or by `accept`. */
  protocols?: readonly string[];
  /**
   * Extensions to offer, such as `permessageDeflate()` of `@exws/deflate`; default none. The first that a client agrees to
   * is used.
   */
  extensions?: readonly Extension[];
  /**
   * What to do with a message that would make more than `limits.hardBuffer` wait: "close" (the default: close 1013, so
   * that no loss is hidden), "drop-newest" or "drop-oldest".
   */
  onOverflow?: OverflowPolicy;
  /** Hears of every error in a callback. Default: it is written to stderr. What it throws itself is ignored. */
  onError?: (error: unknown, connection: Connection<State> | undefined) => void;
  /** Answers GET requests on the server's own port that want no WebSocket. Default: 426. */
  request?: (request: HandshakeRequest) => PlainAnswer | Promise<PlainAnswer>;
  /** See the table of limits: each has a finite default. */
  limits?: Partial<Limits>;
};

/** The options of a server, checked and complete. */
export type ResolvedOptions<State> = {
  readonly handler: Handler<State>;
  readonly origin: ParsedOriginRule | OriginCheck;
  readonly protocols: readonly string[];
  readonly extensions: readonly Extension[];
  readonly onOverflow: OverflowPolicy;
  readonly onError: (error: unknown, connection: Connection<State> | undefined) => void;
  readonly request: ServerOptions<State>["request"];
  readonly limits: Limits;
};

const policies: readonly unknown[] = ["close", "drop-newest", "drop-oldest"];

const names = ["handler", "origin", "protocols", "extensions", "onOverflow", "onError", "request", "limits"];

/** Throws a TypeError for options that are no object, or hold one that is neither a server's nor in `more`. */
export function checkNames(options: unknown, more: readonly string[] = []): void {
  if (typeof options !== "object" || options === null) throw new TypeError("options must be an object");
  for (const name of Object.keys(options)) {
    if (!names.includes(name) && !more.includes(name)) throw new TypeError(`${name} is not an option`);
  }
}

/** Checks options and fills in the defaults. Throws a TypeError or RangeError that names the option. */
export function resolveOptions<State>(options: ServerOptions<State>): ResolvedOptions<State> {
  const {
    handler,
    origin = "same",
    protocols = [],
    extensions = [],
    onOverflow = "close",
    onError = print,
    request,
  } = options;
  checkHandler(handler);
  if (!Array.isArray(protocols) || !protocols.every(isName) || new Set(protocols).size < protocols.length) {
    throw new TypeError("protocols must be a list of different subprotocol names");
  }
  if (!Array.isArray(extensions) || !extensions.every(isExtension)) {
    throw new TypeError("extensions must be a list of extensions such as permessageDeflate()");
  }
  if (!policies.includes(onOverflow)) throw new TypeError(`onOverflow must be one of ${policies.join(", ")}`);
  if (typeof onError !== "function") throw new TypeError("onError must be a function");
  if (request !== undefined && typeof request !== "function")
    throw new TypeError("request must be a function");
  return {
    handler,
    origin: typeof origin === "function" ? origin : parseOriginRule(origin),
    protocols,
    extensions,
    onOverflow,
    onError,
    request,
    limits: resolveLimits(options.limits),
  };
}

function isExtension(value: unknown): boolean {
  const { name, negotiate, start } = (value ?? {}) as Partial<Record<keyof Extension, unknown>>;
  return typeof name === "string" && typeof negotiate === "function" && typeof start === "function";
}

/** A subprotocol is a token (RFC 6455 §4.1). */
function isName(value: unknown): boolean {
  if (typeof value !== "string" || value === "") return false;
  return [...value].every((char) => char > " " && char < "\x7f" && !'"(),/:;<=>?@[\\]{}'.includes(char));
}

function print(error: unknown): void {
  console.error("exws: error in a callback:", error);
}
