import type { Person } from "../protocol/fields.ts";
import { type Rate, TokenBucket } from "./token-bucket.ts";

/** How often a connection may do what. */
export type Rates = {
  /** Saying something: more is answered `too-fast`. */
  readonly says: Rate;
  /** Typing: more is ignored. */
  readonly typings: Rate;
  /** Coming, going and being called otherwise, which all in the room are told: more is answered `too-fast`. */
  readonly moves: Rate;
  /** Messages that are refused for any other reason: more, and the connection is closed with 1008. */
  readonly faults: Rate;
};

/** What is used where nothing else is said. */
export const defaultRates: Rates = {
  says: { perSecond: 2, burst: 10 },
  typings: { perSecond: 1, burst: 5 },
  moves: { perSecond: 2, burst: 60 },
  faults: { perSecond: 0.2, burst: 10 },
};

/** What is known of a connection: who it is, once it has said so, and how much it has done. */
export class Visitor {
  person: Person | undefined;
  /** Ends the connection if it does not say who it is. */
  deadline: ReturnType<typeof setTimeout> | undefined;
  readonly says: TokenBucket;
  readonly typings: TokenBucket;
  readonly moves: TokenBucket;
  readonly faults: TokenBucket;

  constructor(rates: Rates, now: number) {
    this.says = new TokenBucket(rates.says, now);
    this.typings = new TokenBucket(rates.typings, now);
    this.moves = new TokenBucket(rates.moves, now);
    this.faults = new TokenBucket(rates.faults, now);
  }
}
