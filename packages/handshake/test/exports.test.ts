import { expect, test } from "vitest";
import * as handshake from "../src/index.ts";

test("the public surface is this and no more", () => {
  expect(Object.keys(handshake).sort()).toMatchInlineSnapshot(`
    [
      "HandshakeError",
      "HeaderMap",
      "RequestDecoder",
      "ResponseDecoder",
      "acceptKey",
      "acceptPermessageDeflate",
      "answerPermessageDeflate",
      "checkHttp",
      "checkOrigin",
      "checkRequest",
      "checkResponse",
      "checkUpgrade",
      "encodeAccept",
      "encodeRejection",
      "encodeRequest",
      "encodeResponse",
      "formatExtension",
      "formatExtensions",
      "negotiateExtensions",
      "offerPermessageDeflate",
      "parseExtensions",
      "parseOriginRule",
      "parseTarget",
      "readPermessageDeflate",
      "requestFromParts",
      "selectSubprotocol",
      "wantsUpgrade",
    ]
  `);
});
