/**
 * A message that has not been acknowledged.
 *
 * - `waiting`: to be sent when there is a connection. `sent`: on its way, or lost.
 * - `refused`: the server will not have it; `reason` says why.
 */
export type Unsent = {
  readonly id: string;
  readonly text: string;
  /** When it was written, in milliseconds since 1970. */
  readonly at: number;
  readonly state: "waiting" | "sent" | "refused";
  readonly reason?: string;
};

/**
 * What somebody has said to a room and the room has not: in order, one on its way at a time. Whether a message arrived that was on its
 * way when the connection was lost nobody knows: it is sent again with the same id, by which it is shown once all the same.
 */
export class Outbox {
  #entries: Unsent[];

  /** `entries` are those of an earlier page. */
  constructor(entries: readonly Unsent[] = []) {
    this.#entries = entries.map((entry) => (entry.state === "sent" ? { ...entry, state: "waiting" } : entry));
  }

  /** Everything that is not acknowledged, oldest first. */
  get entries(): readonly Unsent[] {
    return this.#entries;
  }

  add(id: string, text: string, at: number): void {
    this.#entries.push({ id, text, at, state: "waiting" });
  }

  /** Takes the next message to send; it counts as sent. Nothing while one is on its way. */
  take(): Unsent | undefined {
    if (this.#entries.some(({ state }) => state === "sent")) return undefined;
    const next = this.#entries.find(({ state }) => state === "waiting");
    if (next === undefined) return undefined;
    const sent: Unsent = { ...next, state: "sent" };
    this.#set(next.id, sent);
    return sent;
  }

  /** The room has said it; tells whether it was one of these. */
  acknowledge(id: string): boolean {
    const before = this.#entries.length;
    this.#entries = this.#entries.filter((entry) => entry.id !== id);
    return this.#entries.length < before;
  }

  /** The connection is lost, or an answer is overdue: what was on its way has to be sent again. */
  reset(): void {
    for (const entry of this.#entries) {
      if (entry.state === "sent") this.#set(entry.id, { ...entry, state: "waiting" });
    }
  }

  /** The server will not have it. */
  refuse(id: string, reason: string): void {
    const entry = this.#entries.find((known) => known.id === id);
    if (entry !== undefined) this.#set(id, { ...entry, state: "refused", reason });
  }

  /** The person wants a refused message sent all the same. */
  retry(id: string): void {
    const entry = this.#entries.find((known) => known.id === id && known.state === "refused");
    if (entry !== undefined) this.#set(id, { id, text: entry.text, at: entry.at, state: "waiting" });
  }

  /** The person gives a message up. What is on its way cannot be. */
  discard(id: string): void {
    this.#entries = this.#entries.filter((entry) => entry.id !== id || entry.state === "sent");
  }

  #set(id: string, entry: Unsent): void {
    this.#entries = this.#entries.map((known) => (known.id === id ? entry : known));
  }
}
