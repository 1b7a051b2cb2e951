import { expect, test } from "vitest";
import { everythingClean, readExpectation, surpriseOf } from "./expectation.ts";

const ok = { behavior: "OK", behaviorClose: "OK" } as const;
const late = { behavior: "NON-STRICT", behaviorClose: "OK" } as const;
const failed = { behavior: "FAILED", behaviorClose: "FAILED" } as const;

test("without a file everything has to be OK or informational", () => {
  expect(surpriseOf("1.1.1", ok, everythingClean)).toBeUndefined();
  expect(
    surpriseOf("7.1.6", { behavior: "INFORMATIONAL", behaviorClose: "INFORMATIONAL" }, everythingClean),
  ).toBeUndefined();
  expect(surpriseOf("6.4.1", late, everythingClean)).toBe("NON-STRICT / OK");
  expect(surpriseOf("1.1.1", { behavior: "OK", behaviorClose: "UNCLEAN" }, everythingClean)).toBe(
    "OK / UNCLEAN",
  );
});

test("what the file names has to be so, neither worse nor better", () => {
  const expectation = readExpectation(
    '{"6.4.*": "NON-STRICT", "6.4.2": ["OK", "NON-STRICT"], "9.3.1": "FAILED / FAILED"}',
  );
  expect(surpriseOf("6.4.1", late, expectation)).toBeUndefined();
  expect(surpriseOf("6.4.1", ok, expectation)).toBe("OK / OK, expected NON-STRICT");
  expect(surpriseOf("6.4.2", ok, expectation)).toBeUndefined();
  expect(surpriseOf("9.3.1", failed, expectation)).toBeUndefined();
  expect(surpriseOf("9.3.2", failed, expectation)).toBe("FAILED / FAILED");
});

test.each([
  ['{"1.1.9": "OK"}', "there is no case 1.1.9"],
  ['{"1.1.1": "FINE"}', '"FINE" is no verdict'],
  ['{"1.1.1": "OK / FINE"}', '"OK / FINE" is no verdict'],
])("the file %s is refused", (text, reason) => {
  expect(() => readExpectation(text)).toThrow(reason);
});
