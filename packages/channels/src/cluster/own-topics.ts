import type { BusError } from "../bus-error.ts";

/** Who subscribes for {@link OwnTopics}, and is told. */
export interface OwnTopicsOwner {
  subscribe(topics: readonly string[]): Promise<void>;
  /** The engine will not. Not called for a bus that is closed. */
  refused(error: BusError): void;
}

/** The topics that a node hears whatever channels have members on it. What the bus refuses is asked for again at the next `listen`. */
export class OwnTopics {
  readonly #owner: OwnTopicsOwner;
  /** Those not asked for, or refused. */
  #missing: string[];
  #answered: Promise<void> = Promise.resolve();

  constructor(topics: readonly string[], owner: OwnTopicsOwner) {
    this.#owner = owner;
    this.#missing = [...topics];
  }

  /** Asks for those that are missing. Resolves when the bus has answered for all that were asked for; never rejects. */
  listen(): Promise<void> {
    const topics = this.#missing;
    this.#missing = [];
    if (topics.length > 0) this.#answered = this.#ask(topics);
    return this.#answered;
  }

  /** One of them was refused: each is asked for alone, so that the others are not lost with it. */
  async #ask(topics: readonly string[]): Promise<void> {
    try {
      await this.#owner.subscribe(topics);
    } catch (cause) {
      const error = cause as BusError;
      if (error.code === "closed") return;
      if (topics.length > 1) {
        await Promise.all(topics.map((topic) => this.#ask([topic])));
        return;
      }
      this.#missing.push(...topics);
      this.#owner.refused(error);
    }
  }
}
