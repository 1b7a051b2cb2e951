import { BusError } from "@exws/channels";
import { errors } from "@nats-io/transport-node";
import { expect, test } from "vitest";
import { failureOf, isUnanswered, violationIn } from "./failure.ts";

const violation = new errors.PermissionViolationError("no", "publish", "exws.t");

test.each([
  [new errors.AuthorizationError("Authorization Violation"), "refused"],
  [new errors.UserAuthenticationExpiredError("User Authentication Expired"), "refused"],
  [new errors.RequestError("no", { cause: violation }), "refused"],
  [new errors.ConnectionError("connection refused"), "unavailable"],
  [new errors.TimeoutError(), "unavailable"],
  [new errors.ProtocolError("Stale Connection"), "unavailable"],
  [new Error(""), "unavailable"],
  [undefined, "unavailable"],
  ["text", "unavailable"],
] as const)("%s is %s", (error, code) => {
  const failure = failureOf(error);
  expect(failure).toBeInstanceOf(BusError);
  expect(failure).toMatchObject({ code, cause: error });
});

test("an error of a bus stays what it is", () => {
  const error = new BusError("overloaded", "too much");
  expect(failureOf(error)).toBe(error);
});

test("a ring of causes ends", () => {
  const ring = new Error("one");
  ring.cause = new Error("two", { cause: ring });
  expect(failureOf(ring).code).toBe("unavailable");
});

test("violations and requests that nobody takes are found behind other errors", () => {
  expect(violationIn(new Error("a", { cause: violation }))).toEqual({
    operation: "publish",
    subject: "exws.t",
  });
  expect(violationIn(new Error("a"))).toBeUndefined();
  expect(isUnanswered(new errors.RequestError("a", { cause: new errors.NoRespondersError("t") }))).toBe(true);
  expect(isUnanswered(new errors.RequestError("a"))).toBe(false);
});
