import { BusError, type BusErrorCode } from "@exws/channels";

/** Names of the client's errors that say that the server will not, as opposed to cannot. */
const refusals: ReadonlySet<string> = new Set([
  "AuthorizationError",
  "InvalidArgumentError",
  "InvalidSubjectError",
  "PermissionViolationError",
  "UserAuthenticationExpiredError",
]);

/** What the client's error means for who uses a bus. Errors of a bus stay as they are. */
export function failureOf(error: unknown): BusError {
  if (error instanceof BusError) return error;
  const names = chainOf(error).map(({ name }) => name);
  const code: BusErrorCode = names.some((name) => refusals.has(name)) ? "refused" : "unavailable";
  const said = error instanceof Error && error.message !== "" ? `: ${error.message}` : "";
  return new BusError(code, code === "refused" ? `NATS refuses${said}` : `NATS cannot be reached${said}`, {
    cause: error,
  });
}

/** What the server has said about a subject that this user may not use. */
export type Violation = { readonly operation: string; readonly subject: string };

/** The violation that an error tells of. */
export function violationIn(error: unknown): Violation | undefined {
  for (const each of chainOf(error)) {
    const { operation, subject } = each as Partial<Record<keyof Violation, unknown>>;
    if (
      each.name === "PermissionViolationError" &&
      typeof operation === "string" &&
      typeof subject === "string"
    ) {
      return { operation, subject };
    }
  }
  return undefined;
}

/** Whether nobody was there to take a request. */
export function isUnanswered(error: unknown): boolean {
  return chainOf(error).some(({ name }) => name === "NoResponders" || name === "NoRespondersError");
}

/** An error and its causes; few, for a chain may be a ring. */
function chainOf(error: unknown): readonly Error[] {
  const chain: Error[] = [];
  for (let each = error; each instanceof Error && chain.length < 5; each = each.cause) chain.push(each);
  return chain;
}
