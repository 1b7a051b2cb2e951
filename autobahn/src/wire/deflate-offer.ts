import { type ExtensionOffer, parseExtensions } from "@exws/handshake";

/** Windows in bits and context as both sides agreed; a window of 15 bits is what zlib calls 32 KiB. */
export type DeflateParameters = {
  readonly clientNoContext: boolean;
  readonly serverNoContext: boolean;
  readonly clientWindow: number;
  readonly serverWindow: number;
};

/** What sections 12 and 13 ask for. */
export type OfferName =
  | "plain"
  | "no-context"
  | "window-9"
  | "window-15"
  | "no-context-window-9"
  | "no-context-window-15"
  | "three";

/** Asked of the peer: of the server by an offer, of the client by an answer. */
type Rule = { readonly noContext: boolean; readonly window?: number };

const plain: Rule = { noContext: false };
const noContext: Rule = { noContext: true };
const window9: Rule = { noContext: false, window: 9 };
const window15: Rule = { noContext: false, window: 15 };
const noContextWindow9: Rule = { noContext: true, window: 9 };
const noContextWindow15: Rule = { noContext: true, window: 15 };

/** In order of preference. */
const rules: Readonly<Record<OfferName, readonly Rule[]>> = {
  plain: [plain],
  "no-context": [noContext],
  "window-9": [window9],
  "window-15": [window15],
  "no-context-window-9": [noContextWindow9],
  "no-context-window-15": [noContextWindow15],
  three: [noContextWindow9, noContext, plain],
};

/** The header of a tester that is the client (RFC 7692 §7.1); it also allows the server to ask anything of it. */
export function deflateOffer(name: OfferName): string {
  return rules[name]
    .map((rule: Rule) => {
      const asked = rule.noContext ? "; server_no_context_takeover" : "";
      const window = rule.window === undefined ? "" : `; server_max_window_bits=${rule.window}`;
      return `permessage-deflate; client_no_context_takeover; client_max_window_bits${asked}${window}`;
    })
    .join(", ");
}

/** Reads parameters of an offer or an answer; throws an Error that says what is wrong with them. */
function readParameters(
  { params }: ExtensionOffer,
  isAnswer: boolean,
): DeflateParameters & { asksWindow: boolean } {
  const found = new Map<string, number>();
  for (const { name, value } of params) {
    if (found.has(name)) throw new Error(`permessage-deflate has ${name} twice`);
    const isFlag = name === "client_no_context_takeover" || name === "server_no_context_takeover";
    const isWindow = name === "client_max_window_bits" || name === "server_max_window_bits";
    if (!isFlag && !isWindow) throw new Error(`permessage-deflate has no parameter ${name}`);
    if (isFlag ? value !== true : !isWindowSize(value, !isAnswer && name === "client_max_window_bits")) {
      throw new Error(`permessage-deflate: ${name} cannot be ${value === true ? "without a value" : value}`);
    }
    found.set(name, value === true ? 15 : Number(value));
  }
  return {
    clientNoContext: found.has("client_no_context_takeover"),
    serverNoContext: found.has("server_no_context_takeover"),
    clientWindow: found.get("client_max_window_bits") ?? 15,
    serverWindow: found.get("server_max_window_bits") ?? 15,
    asksWindow: found.has("client_max_window_bits"),
  };
}

function isWindowSize(value: string | true, mayBeMissing: boolean): boolean {
  return value === true ? mayBeMissing : /^([89]|1[0-5])$/.test(value);
}

/** What a server's answer agrees to; throws an Error that says why the answer has to be refused. */
export function readDeflateAnswer(header: string): DeflateParameters {
  const [answer, ...others] = parseExtensions(header);
  const stranger = [answer, ...others].find((one) => one?.name !== "permessage-deflate");
  if (answer === undefined || stranger !== undefined) {
    throw new Error(`the server uses the extension ${stranger?.name ?? "of no name"}, which was not offered`);
  }
  if (others.length > 0) throw new Error("permessage-deflate is there twice");
  return readParameters(answer, true);
}

/** A tester that is the server: which of a client's offers it takes, and the header that says so. */
export function answerDeflateOffer(
  name: OfferName,
  header: string,
): { header: string; agreed: DeflateParameters } | undefined {
  const offers = parseExtensions(header)
    .filter((offer) => offer.name === "permessage-deflate")
    .map((offer) => readParameters(offer, false));
  for (const rule of rules[name] as readonly Rule[]) {
    const offer = offers.find(({ asksWindow }) => asksWindow || rule.window === undefined);
    if (offer !== undefined) return agree(offer, rule);
  }
  return undefined;
}

function agree(offer: DeflateParameters, rule: Rule): { header: string; agreed: DeflateParameters } {
  const { serverNoContext, serverWindow } = offer;
  const header = [
    "permessage-deflate",
    ...(serverNoContext ? ["server_no_context_takeover"] : []),
    ...(serverWindow < 15 ? [`server_max_window_bits=${serverWindow}`] : []),
    ...(rule.noContext ? ["client_no_context_takeover"] : []),
    ...(rule.window === undefined ? [] : [`client_max_window_bits=${rule.window}`]),
  ].join("; ");
  const clientNoContext = rule.noContext;
  return {
    header,
    agreed: { serverNoContext, serverWindow, clientNoContext, clientWindow: rule.window ?? 15 },
  };
}
