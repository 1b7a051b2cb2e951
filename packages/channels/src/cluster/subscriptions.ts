import type { BusError } from "../bus-error.ts";
import { Incoming } from "./incoming.ts";
import { topicOf } from "./topic.ts";

/** A channel that has members here, on the bus. */
export type Subscription = {
  readonly id: string;
  readonly topic: string;
  readonly incoming: Incoming;
  /** Resolves when the engine has confirmed it, has refused it, or it is not wanted any more. Never rejects. */
  readonly settled: Promise<void>;
};

/** Who subscribes, and is told. */
export interface SubscriptionsOwner {
  now(): number;
  subscribe(topics: readonly string[]): Promise<void>;
  unsubscribe(topics: readonly string[]): void;
  /** The engine has confirmed it. */
  subscribed(id: string): void;
  /** It is not wanted any more. */
  unsubscribed(id: string): void;
  /** The engine will not. */
  refused(id: string, error: BusError): void;
}

type Entry = Subscription & {
  readonly settle: () => void;
  state: "new" | "asked" | "confirmed" | "refused";
  isWanted: boolean;
};

/**
 * The topics of channels that a node hears. What changes within one turn goes to the bus together, and what was undone within
 * it not at all.
 */
export class Subscriptions {
  readonly #owner: SubscriptionsOwner;
  readonly #byTopic = new Map<string, Entry>();
  readonly #byId = new Map<string, Entry>();
  #changed = new Set<Entry>();
  #isOpen = false;
  #isClosed = false;

  constructor(owner: SubscriptionsOwner) {
    this.#owner = owner;
  }

  /** All of them. */
  get all(): Iterable<Subscription> {
    return this.#byTopic.values();
  }

  /** How many there are. */
  get size(): number {
    return this.#byTopic.size;
  }

  /** The subscription that a topic belongs to. */
  on(topic: string): Subscription | undefined {
    return this.#byTopic.get(topic);
  }

  /** The subscription of a channel. */
  of(id: string): Subscription | undefined {
    return this.#byId.get(id);
  }

  /** The bus takes subscriptions from now on. */
  open(): void {
    this.#isOpen = true;
    this.#flush();
  }

  /** A channel is wanted. */
  add(id: string): void {
    if (this.#isClosed) return;
    let entry = this.#byId.get(id);
    if (entry === undefined) {
      entry = entryOf(id);
      this.#byId.set(id, entry);
      this.#byTopic.set(entry.topic, entry);
    }
    entry.isWanted = true;
    this.#change(entry);
  }

  /** A channel is not wanted any more. */
  remove(id: string): void {
    const entry = this.#byId.get(id);
    if (entry === undefined) return;
    entry.isWanted = false;
    this.#change(entry);
  }

  /** The bus is back, and may do now what it has refused. */
  again(): void {
    for (const entry of this.#byId.values()) {
      if (entry.state !== "refused") continue;
      entry.state = "new";
      this.#change(entry);
    }
  }

  /** There are none any more, and nobody waits for a confirmation. */
  close(): void {
    this.#isOpen = false;
    this.#isClosed = true;
    for (const { settle } of this.#byId.values()) settle();
    this.#byId.clear();
    this.#byTopic.clear();
    this.#changed.clear();
  }

  #change(entry: Entry): void {
    this.#changed.add(entry);
    if (this.#isOpen && this.#changed.size === 1) queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    if (!this.#isOpen) return;
    const changed = [...this.#changed];
    this.#changed = new Set();
    const gone = changed.filter(({ isWanted }) => !isWanted);
    const come = changed.filter(({ isWanted, state }) => isWanted && state === "new");
    for (const entry of gone) this.#end(entry);
    const left = gone.filter(({ state }) => state !== "new").map(({ topic }) => topic);
    if (left.length > 0) this.#owner.unsubscribe(left);
    if (come.length > 0) this.#ask(come);
  }

  #ask(entries: readonly Entry[]): void {
    for (const entry of entries) entry.state = "asked";
    this.#owner.subscribe(entries.map(({ topic }) => topic)).then(
      () => {
        for (const entry of entries) this.#confirm(entry);
      },
      (error: BusError) => this.#refuse(entries, error),
    );
  }

  #confirm(entry: Entry): void {
    if (this.#byId.get(entry.id) !== entry) return;
    entry.state = "confirmed";
    entry.incoming.begin(this.#owner.now());
    this.#owner.subscribed(entry.id);
    entry.settle();
  }

  /** One of them was refused: each is asked for alone, so that the others are not lost with it. */
  #refuse(entries: readonly Entry[], error: BusError): void {
    if (entries.length > 1 && error.code !== "closed") {
      for (const entry of entries) if (this.#byId.get(entry.id) === entry) this.#ask([entry]);
      return;
    }
    for (const entry of entries) {
      entry.state = "refused";
      if (error.code !== "closed" && this.#byId.get(entry.id) === entry) this.#owner.refused(entry.id, error);
      entry.settle();
    }
  }

  #end(entry: Entry): void {
    this.#byId.delete(entry.id);
    this.#byTopic.delete(entry.topic);
    this.#owner.unsubscribed(entry.id);
    entry.settle();
  }
}

function entryOf(id: string): Entry {
  let settle = (): void => {};
  const settled = new Promise<void>((resolve) => {
    settle = resolve;
  });
  return {
    id,
    topic: topicOf(id),
    incoming: new Incoming(),
    settled,
    settle,
    state: "new",
    isWanted: true,
  };
}
