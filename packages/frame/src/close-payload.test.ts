import { describe, expect, test } from "vitest";
import { concat, hex, utf8 } from "../test/support/bytes.ts";
import { isSendableCloseCode } from "./close-code.ts";
import { decodeClosePayload, encodeClosePayload, maxCloseReason } from "./close-payload.ts";
import { ProtocolError } from "./protocol-error.ts";

/** What comes of a call: its value, or the code of its ProtocolError, or the name of another error. */
function attempt<T>(call: () => T): T | string {
  try {
    return call();
  } catch (error) {
    return error instanceof ProtocolError ? error.code : (error as Error).name;
  }
}

describe("decoding", () => {
  test("an empty payload is 1005 with no reason (RFC 6455 §7.1.5)", () => {
    expect(decodeClosePayload(new Uint8Array(0))).toEqual({ code: 1005, reason: "" });
  });

  test("a single octet is refused (§5.5.1)", () => {
    expect(() => decodeClosePayload(hex("03"))).toThrow(
      expect.objectContaining({ code: "invalid-close-payload" }),
    );
  });

  test("of all codes 0 to 65535 those that may be sent are taken, and no other", () => {
    for (let code = 0; code <= 65_535; code++) {
      const payload = Uint8Array.of(code >> 8, code & 0xff);
      const outcome = attempt(() => decodeClosePayload(payload));
      const right = isSendableCloseCode(code)
        ? typeof outcome === "object" && outcome.code === code
        : outcome === "invalid-close-code";
      if (!right) expect.fail(`${code}: ${outcome}`);
    }
  });

  test("a reason is UTF-8, and U+FEFF at its front is part of it", () => {
    expect(decodeClosePayload(hex("03e8 efbbbf c3a9"))).toEqual({ code: 1000, reason: "\ufeffé" });
    for (const bad of ["03e8 ff", "03e8 c3", "03e8 eda080"]) {
      expect(() => decodeClosePayload(hex(bad))).toThrow(
        expect.objectContaining({ code: "invalid-utf8", closeCode: 1007 }),
      );
    }
  });
});

describe("encoding", () => {
  test("no code gives no payload", () => {
    expect(encodeClosePayload()).toEqual(new Uint8Array(0));
    expect(encodeClosePayload(undefined, "")).toEqual(new Uint8Array(0));
  });

  test("a code is two octets, the reason follows", () => {
    expect(encodeClosePayload(1000)).toEqual(hex("03e8"));
    expect(encodeClosePayload(4999, "bye")).toEqual(hex("1387 627965"));
  });

  test("of all codes 0 to 65535 those that may not be sent are refused", () => {
    for (let code = 0; code <= 65_535; code++) {
      const outcome = attempt(() => encodeClosePayload(code));
      const right = isSendableCloseCode(code) ? typeof outcome === "object" : outcome === "RangeError";
      if (!right) expect.fail(`${code}: ${outcome}`);
    }
    expect(() => encodeClosePayload(1000.5)).toThrow(new RangeError("Close code 1000.5 may not be sent"));
  });

  test("a reason of 123 octets fits, one of 124 does not, counted in UTF-8 (§5.5.1)", () => {
    expect(maxCloseReason).toBe(123);
    for (const reason of ["x".repeat(123), `${"é".repeat(61)}x`, "✓".repeat(41)]) {
      expect(encodeClosePayload(1000, reason)).toEqual(concat(hex("03e8"), utf8(reason)));
      expect(() => encodeClosePayload(1000, `${reason}x`)).toThrow(
        new RangeError("The close reason has 124 octets, the limit is 123"),
      );
    }
  });

  test("a reason without a code, or that is no string, is a TypeError", () => {
    expect(() => encodeClosePayload(undefined, "bye")).toThrow(TypeError);
    for (const reason of [5, new Uint8Array(3), new Float64Array(2), { length: 3 }, null]) {
      expect(() => encodeClosePayload(1000, reason as unknown as string)).toThrow(TypeError);
    }
  });

  test("a lone surrogate in a reason becomes U+FFFD", () => {
    expect(encodeClosePayload(1000, "\ud800")).toEqual(hex("03e8 efbfbd"));
  });
});
