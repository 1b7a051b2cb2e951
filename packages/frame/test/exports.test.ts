import * as frame from "@exws/frame";
import { expect, test } from "vitest";

test("the public surface is this, and no more", () => {
  expect(Object.keys(frame).sort()).toMatchInlineSnapshot(`
    [
      "CloseCode",
      "FrameDecoder",
      "MessageAssembler",
      "MessageDecoder",
      "Opcode",
      "PreparedMessage",
      "ProtocolError",
      "Utf8Validator",
      "applyMask",
      "binary",
      "checkHeader",
      "decodeClosePayload",
      "decodeHeader",
      "encodeBinary",
      "encodeClose",
      "encodeClosePayload",
      "encodeFrame",
      "encodeHeader",
      "encodePing",
      "encodePong",
      "encodeText",
      "headerLength",
      "isControl",
      "isPrepared",
      "isReserved",
      "isSendableCloseCode",
      "maxCloseReason",
      "maxControlPayload",
      "portableUtf8",
      "receiveBuffer",
      "text",
    ]
  `);
});

test("nothing is on the default export", () => {
  expect("default" in frame).toBe(false);
});
