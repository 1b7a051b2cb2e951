import { expect, test } from "vitest";
import { CloseCode, isSendableCloseCode } from "./close-code.ts";

test("of all numbers of two octets exactly those of RFC 6455 §7.4 and IANA may be sent", () => {
  const ranges: [number, number][] = [];
  for (let code = 0; code <= 65_535; code++) {
    if (!isSendableCloseCode(code)) continue;
    const last = ranges.at(-1);
    if (last?.[1] === code - 1) last[1] = code;
    else ranges.push([code, code]);
  }
  expect(ranges).toEqual([
    [1000, 1003],
    [1007, 1014],
    [3000, 4999],
  ]);
});

test.each([1000.5, Number.NaN, Number.POSITIVE_INFINITY, -1000, 66_536])("%d may not", (code) => {
  expect(isSendableCloseCode(code)).toBe(false);
});

test("the names have the numbers of the registry", () => {
  expect(CloseCode).toEqual({
    NormalClosure: 1000,
    GoingAway: 1001,
    ProtocolError: 1002,
    UnsupportedData: 1003,
    NoStatusReceived: 1005,
    AbnormalClosure: 1006,
    InvalidPayload: 1007,
    PolicyViolation: 1008,
    MessageTooBig: 1009,
    MandatoryExtension: 1010,
    InternalError: 1011,
    ServiceRestart: 1012,
    TryAgainLater: 1013,
    BadGateway: 1014,
    TlsHandshake: 1015,
  });
});
