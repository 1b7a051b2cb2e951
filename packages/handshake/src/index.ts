export { acceptKey } from "./accept-key.ts";
export { checkHttp } from "./check-http.ts";
export { checkOrigin, type OriginTarget } from "./check-origin.ts";
export { checkResponse, type Offered } from "./check-response.ts";
export { checkRequest, checkUpgrade, type Upgrade, wantsUpgrade } from "./check-upgrade.ts";
export { type Accept, encodeAccept } from "./encode-accept.ts";
export { encodeRequest, type HandshakeOffer } from "./encode-request.ts";
export { encodeRejection, encodeResponse, type PlainResponse, type Rejection } from "./encode-response.ts";
export { type ExtensionOffer, formatExtension, formatExtensions, parseExtensions } from "./extension.ts";
export { HandshakeError, type HandshakeErrorCode } from "./handshake-error.ts";
export type { HeaderFields } from "./header-fields.ts";
export { HeaderMap } from "./header-map.ts";
export { type ExtensionNegotiator, negotiateExtensions } from "./negotiate-extensions.ts";
export { type OriginRule, type ParsedOriginRule, parseOriginRule } from "./origin-rule.ts";
export {
  acceptPermessageDeflate,
  answerPermessageDeflate,
  offerPermessageDeflate,
  type PermessageDeflateParameters,
  type PermessageDeflatePolicy,
  type PermessageDeflateWish,
  readPermessageDeflate,
} from "./permessage-deflate.ts";
export { type HandshakeRequest, parseTarget, requestFromParts } from "./request.ts";
export { RequestDecoder } from "./request-decoder.ts";
export type { RequestLimits } from "./request-limits.ts";
export { type HandshakeResponse, ResponseDecoder } from "./response-decoder.ts";
export { selectSubprotocol } from "./subprotocol.ts";
