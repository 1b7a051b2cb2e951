import type { ExtensionOffer } from "./extension.ts";
import { HandshakeError } from "./handshake-error.ts";

const extension = "permessage-deflate";

/** What both ends of a connection keep to once permessage-deflate is agreed on (RFC 7692 §7.1). */
export type PermessageDeflateParameters = {
  /** The server begins every message with an empty window. */
  readonly serverNoContextTakeover: boolean;
  /** The client begins every message with an empty window. */
  readonly clientNoContextTakeover: boolean;
  /** The base-2 logarithm of the server's largest window, 8 to 15. */
  readonly serverMaxWindowBits: number;
  /** The base-2 logarithm of the client's largest window, 8 to 15. */
  readonly clientMaxWindowBits: number;
};

/** What a server asks for and is able to do. */
export type PermessageDeflatePolicy = {
  /** We compress with what was sent before in our window; else `server_no_context_takeover` is said unasked. */
  readonly serverContextTakeover: boolean;
  /** The client may do so; else `client_no_context_takeover` is said unasked. */
  readonly clientContextTakeover: boolean;
  /** The smallest window that our compressor can keep to, 8 to 15; zlib's is 9. Offers that ask for less are declined. */
  readonly serverMinWindowBits: number;
  /** The largest window of a client whose context we keep, 8 to 15. */
  readonly clientMaxWindowBits: number;
};

/** What a client offers; every parameter is left out unless set. */
export type PermessageDeflateWish = {
  readonly serverNoContextTakeover?: boolean;
  readonly clientNoContextTakeover?: boolean;
  /** 8 to 15. */
  readonly serverMaxWindowBits?: number;
  /** 8 to 15, or `true`: we can keep to any limit, and set none ourselves. */
  readonly clientMaxWindowBits?: number | true;
};

type Values = Map<string, string | true>;

/**
 * The server's answer to one offer of permessage-deflate, or `undefined` to decline it: because it is named otherwise,
 * has an unknown, repeated or malformed parameter, or wants a window that we cannot keep to (RFC 7692 §7.1).
 */
export function answerPermessageDeflate(
  offer: ExtensionOffer,
  policy: PermessageDeflatePolicy,
): ExtensionOffer | undefined {
  const offered = readValues(offer);
  if (offered === undefined) return undefined;
  const params: { name: string; value: string | true }[] = [];
  if (!policy.serverContextTakeover || offered.has("server_no_context_takeover")) {
    params.push({ name: "server_no_context_takeover", value: true });
  }
  const clientBits = offered.get("client_max_window_bits");
  // A window larger than we want to keep, which this client cannot be asked to limit: it must not be kept.
  const tooLarge = clientBits === undefined && policy.clientMaxWindowBits < 15;
  if (!policy.clientContextTakeover || tooLarge || offered.has("client_no_context_takeover")) {
    params.push({ name: "client_no_context_takeover", value: true });
  }
  const serverBits = offered.get("server_max_window_bits");
  if (serverBits !== undefined) {
    if (Number(serverBits) < policy.serverMinWindowBits) return undefined;
    params.push({ name: "server_max_window_bits", value: serverBits });
  }
  if (clientBits !== undefined) {
    const bits = Math.min(clientBits === true ? 15 : Number(clientBits), policy.clientMaxWindowBits);
    if (bits < 15) params.push({ name: "client_max_window_bits", value: String(bits) });
  }
  return { name: extension, params };
}

/** The offer of a client. Throws a RangeError that names a window that is not 8 to 15. */
export function offerPermessageDeflate(wish: PermessageDeflateWish = {}): ExtensionOffer {
  const { serverMaxWindowBits: serverBits, clientMaxWindowBits: clientBits } = wish;
  const params: { name: string; value: string | true }[] = [];
  if (wish.serverNoContextTakeover) params.push({ name: "server_no_context_takeover", value: true });
  if (wish.clientNoContextTakeover) params.push({ name: "client_no_context_takeover", value: true });
  if (serverBits !== undefined) {
    params.push({ name: "server_max_window_bits", value: formatBits("serverMaxWindowBits", serverBits) });
  }
  if (clientBits !== undefined) {
    const value = clientBits === true ? true : formatBits("clientMaxWindowBits", clientBits);
    params.push({ name: "client_max_window_bits", value });
  }
  return { name: extension, params };
}

/**
 * Judges a server's answer by the offers that the client made, any of which may be the one taken, and gives what was
 * agreed. Throws a HandshakeError (`extensions`) when it fits none: the client has to fail the connection
 * (RFC 7692 §7.1).
 */
export function acceptPermessageDeflate(
  offers: readonly ExtensionOffer[],
  answer: ExtensionOffer,
): PermessageDeflateParameters {
  const answered = readValues(answer);
  const offer = offers.find((candidate) => answered !== undefined && fits(candidate, answered));
  if (offer === undefined) throw new HandshakeError("extensions");
  const parameters = readPermessageDeflate(answer)!;
  // The client keeps to the window it named, whether the answer repeats it or not (§7.1.2.2).
  const named = readValues(offer)!.get("client_max_window_bits") ?? true;
  if (named === true) return parameters;
  return { ...parameters, clientMaxWindowBits: Math.min(parameters.clientMaxWindowBits, Number(named)) };
}

/**
 * Reads the parameters out of a server's answer: what is not named is allowed, and a window is 15. `undefined` when the
 * answer is not a well-formed one of permessage-deflate.
 */
export function readPermessageDeflate(answer: ExtensionOffer): PermessageDeflateParameters | undefined {
  const values = readValues(answer);
  if (values === undefined || values.get("client_max_window_bits") === true) return undefined;
  return {
    serverNoContextTakeover: values.has("server_no_context_takeover"),
    clientNoContextTakeover: values.has("client_no_context_takeover"),
    serverMaxWindowBits: Number(values.get("server_max_window_bits") ?? 15),
    clientMaxWindowBits: Number(values.get("client_max_window_bits") ?? 15),
  };
}

/** Whether a server may answer this to that offer. */
function fits(offer: ExtensionOffer, answered: Values): boolean {
  const offered = readValues(offer);
  if (offered === undefined) return false;
  // "A server accepts an extension negotiation offer that includes [it] by including [it]" (§7.1.1.1, §7.1.2.1).
  if (offered.has("server_no_context_takeover") && !answered.has("server_no_context_takeover")) return false;
  if (!isWithin(answered.get("server_max_window_bits"), offered.get("server_max_window_bits"))) return false;
  const clientBits = answered.get("client_max_window_bits");
  if (clientBits === undefined) return true;
  if (clientBits === true || !offered.has("client_max_window_bits")) return false;
  return isWithin(clientBits, offered.get("client_max_window_bits"));
}

/** Whether a window that was answered keeps to the one that was asked for, if any. */
function isWithin(answered: string | true | undefined, offered: string | true | undefined): boolean {
  if (offered === undefined || offered === true) return true;
  return answered !== undefined && Number(answered) <= Number(offered);
}

/** The parameters by name; `undefined` for another extension and for a parameter that is unknown, repeated or malformed. */
function readValues({ name, params }: ExtensionOffer): Values | undefined {
  if (name !== extension) return undefined;
  const values: Values = new Map();
  for (const param of params) {
    if (values.has(param.name) || !isParameter(param.name, param.value)) return undefined;
    values.set(param.name, param.value);
  }
  return values;
}

function isParameter(name: string, value: string | true): boolean {
  switch (name) {
    case "server_no_context_takeover":
    case "client_no_context_takeover":
      return value === true;
    case "server_max_window_bits":
      return isBits(value);
    case "client_max_window_bits":
      return value === true || isBits(value);
    default:
      return false;
  }
}

/** A "decimal integer value without leading zeroes between 8 to 15, inclusive" (RFC 7692 §7.1.2). */
function isBits(value: string | true): boolean {
  return value === "8" || value === "9" || (value !== true && /^1[0-5]$/.test(value));
}

function formatBits(option: string, bits: number): string {
  const value = String(bits);
  if (!isBits(value)) throw new RangeError(`${option} must be an integer from 8 to 15`);
  return value;
}
