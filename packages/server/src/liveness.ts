import type { Ticks } from "./server-context.ts";

/** What the clock makes of an open connection. */
export type Verdict = "fine" | "ping" | "dead" | "message-timeout" | "idle" | "expired" | "stalled";

const never = 0;

/**
 * Judges an open connection by the clock: heartbeat, unfinished messages, idleness, lifetime, a peer that takes
 * nothing. It only keeps times, in ticks that come in from outside (the first is 1), and decides.
 */
export class Liveness {
  readonly #ticks: Ticks;
  readonly #openedAt: number;
  #heardAt: number;
  #activeAt: number;
  #pingedAt = never;
  /** When to look for the answer to the Ping. */
  #lookAt = never;
  #unfinishedSince = never;
  /** Since when the kernel has taken nothing, and how much was left then. */
  #stall: { since: number; unsent: number } | undefined;

  constructor(ticks: Ticks, now: number) {
    this.#ticks = ticks;
    this.#openedAt = this.#heardAt = this.#activeAt = now;
  }

  /** Bytes came: any are a sign of life. */
  heard(now: number): void {
    this.#heardAt = now;
  }

  /** A data message went one way or the other. */
  active(now: number): void {
    this.#activeAt = now;
  }

  /**
   * Says how things stand after a read: a message is unfinished (`inside`), and one was completed on the way.
   * Returns `true` when a message has begun whose deadline is new.
   */
  unfinished(now: number, inside: boolean, completed: boolean): boolean {
    if (!inside) this.#unfinishedSince = never;
    else if (this.#unfinishedSince === never || completed) {
      this.#unfinishedSince = now;
      return true;
    }
    return false;
  }

  /** The kernel stopped taking what is sent; `unsent` bytes are left. */
  blocked(now: number, unsent: number): void {
    this.#stall = { since: now, unsent };
  }

  /** Everything sent was taken. */
  unblocked(): void {
    this.#stall = undefined;
  }

  /** The earliest tick at which {@link check} can say something new. */
  nextDue(): number {
    const ticks = this.#ticks;
    return Math.min(
      this.#pingedAt === never ? this.#heardAt + ticks.pingInterval : this.#lookAt,
      this.#unfinishedSince === never
        ? Number.POSITIVE_INFINITY
        : this.#unfinishedSince + ticks.messageTimeout,
      this.#stall === undefined ? Number.POSITIVE_INFINITY : this.#stall.since + ticks.stallTimeout,
      this.#activeAt + ticks.idleTimeout,
      this.#openedAt + ticks.lifetime,
    );
  }

  /**
   * Judges. `unsent` are the bytes that the kernel has not taken; `deaf` says that we are not reading, so that silence
   * is not the peer's. "ping" asks for a Ping to be sent.
   */
  check(now: number, unsent: number, deaf: boolean): Verdict {
    const ticks = this.#ticks;
    if (this.#unfinishedSince !== never && now >= this.#unfinishedSince + ticks.messageTimeout) {
      // A message cannot go on while nobody reads it.
      if (!deaf) return "message-timeout";
      this.#unfinishedSince = now;
    }
    if (now >= this.#openedAt + ticks.lifetime) return "expired";
    if (now >= this.#activeAt + ticks.idleTimeout) return "idle";
    if (this.#isStalled(now, unsent)) return "stalled";
    return this.#heartbeat(now, deaf);
  }

  #isStalled(now: number, unsent: number): boolean {
    if (this.#stall === undefined || now < this.#stall.since + this.#ticks.stallTimeout) return false;
    if (unsent === this.#stall.unsent) return true;
    this.#stall = { since: now, unsent };
    return false;
  }

  #heartbeat(now: number, deaf: boolean): Verdict {
    const ticks = this.#ticks;
    if (this.#pingedAt !== never) {
      if (this.#heardAt >= this.#pingedAt) this.#pingedAt = never;
      else if (now < this.#pingedAt + ticks.pingTimeout) return this.#awaitAnswer(now, "fine");
      else if (!deaf) return "dead";
    }
    // The Ping of one who does not read still finds out that TCP is broken.
    if (this.#pingedAt === never && now < this.#heardAt + ticks.pingInterval) return "fine";
    this.#pingedAt = now;
    return this.#awaitAnswer(now, "ping");
  }

  /** An answer begins a new interval: with a timeout longer than that, its end must not be slept through. */
  #awaitAnswer(now: number, verdict: Verdict): Verdict {
    const { pingInterval, pingTimeout } = this.#ticks;
    this.#lookAt = Math.min(this.#pingedAt + pingTimeout, now + pingInterval);
    return verdict;
  }
}
