import type { MessageTransform } from "@exws/frame";
import { parseExtensions } from "@exws/handshake";
import type { PermessageDeflate } from "../../src/index.ts";

/** What an offer, as it stands in the header, leads to on a new connection. */
export function connect(
  extension: PermessageDeflate,
  offer = "permessage-deflate; client_max_window_bits",
  maxMessage = 1_048_576,
): MessageTransform {
  const agreed = extension.negotiate(parseExtensions(offer)[0]!);
  if (agreed === undefined) throw new Error(`${offer} was declined`);
  return extension.start(agreed, maxMessage);
}
