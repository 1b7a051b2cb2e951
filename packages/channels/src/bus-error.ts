/**
 * Why a bus did not do what it was asked to.
 *
 * - `unavailable`: the engine cannot be reached now; it may be later.
 * - `refused`: the engine answered that it will not: wrong password, no permission, wrong version.
 * - `overloaded`: more waits for the engine than the bus keeps.
 * - `too-large`: the payload exceeds `maxPayload`.
 * - `closed`: the bus was closed, here.
 */
export type BusErrorCode = "unavailable" | "refused" | "overloaded" | "too-large" | "closed";

/** What a bus rejects with, and tells when its connection goes down. `cause` is the client's own error, where there is one. */
export class BusError extends Error {
  override readonly name = "BusError";
  readonly code: BusErrorCode;

  constructor(code: BusErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
