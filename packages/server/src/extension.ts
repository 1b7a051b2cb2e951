import type { MessageTransform } from "@exws/frame";
import type { ExtensionNegotiator, ExtensionOffer, HandshakeRequest } from "@exws/handshake";

/** An extension that a server offers: `permessageDeflate()` of `@exws/deflate` makes one. */
export interface Extension extends ExtensionNegotiator {
  /** Whether this client may have it at all; default yes. Runs after the checks of the handshake. May throw: 500. */
  allows?(request: HandshakeRequest): boolean;
  /** Begins its work on one connection. `agreed` is what `negotiate` answered, `maxMessage` the limit on a decoded message. */
  start(agreed: ExtensionOffer, maxMessage: number): MessageTransform;
}
