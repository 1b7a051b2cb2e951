import type { ExtensionOffer } from "./extension.ts";

/**
 * What a server knows about one extension; `permessage-deflate` is one. It holds no state of a connection.
 */
export interface ExtensionNegotiator {
  /** The registered name, as it stands in the header. */
  readonly name: string;
  /**
   * Judges one offer of this name. Gives the answer to send, whose parameters are what both ends then keep
   * to, or `undefined` to decline. It must not throw on any offer: all of it comes from the peer.
   */
  negotiate(offer: ExtensionOffer): ExtensionOffer | undefined;
}

/**
 * Answers a client's offers: each extension at most once, with the first offer its negotiator takes, in the
 * client's order of preference (RFC 6455 §9.1). An unknown or declined offer is left out, never a failure.
 */
export function negotiateExtensions(
  offers: readonly ExtensionOffer[],
  negotiators: readonly ExtensionNegotiator[],
): ExtensionOffer[] {
  const agreed: ExtensionOffer[] = [];
  for (const offer of offers) {
    if (agreed.some(({ name }) => name === offer.name)) continue;
    const answer = negotiators.find(({ name }) => name === offer.name)?.negotiate(offer);
    if (answer !== undefined) agreed.push(answer);
  }
  return agreed;
}
