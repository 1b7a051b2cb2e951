import type { PreparedMessage } from "@exws/frame";
import type { BroadcastResult } from "./broadcast-result.ts";
import type { Membership } from "./membership.ts";
import type { Selection } from "./selection.ts";
import type { Subscriber, WriteResult } from "./subscriber.ts";

/** Who is told what the application's own code throws. */
export interface Reporter {
  report(error: unknown): void;
}

/** One broadcast on its way to the members of a channel. */
export class Delivery {
  readonly message: PreparedMessage;
  /** Members with a sequence below this one were there when `broadcast` was called. */
  readonly end: number;
  readonly result: BroadcastResult;
  readonly #one: Subscriber | undefined;
  readonly #several: ReadonlySet<unknown> | undefined;
  readonly #filter: Selection["filter"];
  readonly #reporter: Reporter;

  constructor(
    message: PreparedMessage,
    end: number,
    result: BroadcastResult,
    { one, several, filter }: Selection,
    reporter: Reporter,
  ) {
    this.message = message;
    this.end = end;
    this.result = result;
    this.#one = one;
    this.#several = several;
    this.#filter = filter;
    this.#reporter = reporter;
  }

  /** Gives the message to a member, unless it is left out. Never throws. */
  serve(membership: Membership): void {
    const { member } = membership;
    if (member === this.#one || this.#several?.has(member) === true) return;
    if (this.#filter !== undefined && !this.#passes(membership)) return;
    const { result } = this;
    switch (give(member, this.message, this.#reporter)) {
      case "sent":
        result.sent++;
        break;
      case "queued":
        result.queued++;
        break;
      case "dropped":
        result.dropped++;
        break;
      default:
        result.closed++;
    }
  }

  /** A filter may do anything, even make the member leave. */
  #passes(membership: Membership): boolean {
    try {
      return this.#filter!(membership.member, membership.meta) && !membership.hasEnded;
    } catch (error) {
      this.#reporter.report(error);
      return false;
    }
  }
}

/** Gives a message to a member. Never throws: a member that does counts as closed. */
export function give(member: Subscriber, message: PreparedMessage, reporter: Reporter): WriteResult {
  try {
    return member.write(message);
  } catch (error) {
    reporter.report(error);
    return "closed";
  }
}
