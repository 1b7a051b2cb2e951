import { describePayload } from "./frame-bytes.ts";
import { within } from "./raw-client.ts";

/** One handler callback that ran. */
export type Entry = { kind: string; line: string; connection: unknown; value: unknown };

/** What the handler of a server saw, in order; tests read it as lines such as `text "Hello"`, `closed 1002 protocol`. */
export class EventLog {
  readonly entries: Entry[] = [];
  #waiting: { kind: string; resolve: (entry: Entry) => void }[] = [];
  #byKind = new Map<string, Entry[]>();
  #taken = new Map<string, number>();

  add(kind: string, detail: string, connection: unknown, value: unknown): void {
    const entry = { kind, line: `${kind} ${detail}`.trimEnd(), connection, value };
    this.entries.push(entry);
    const same = this.#byKind.get(kind);
    if (same === undefined) this.#byKind.set(kind, [entry]);
    else same.push(entry);
    const at = this.#waiting.findIndex((waiter) => waiter.kind === kind);
    if (at === -1) return;
    this.#count(kind);
    this.#waiting.splice(at, 1)[0]!.resolve(entry);
  }

  /** The next entry of this kind that no `next` has returned yet. */
  next(kind: string): Promise<Entry> {
    const found = this.#byKind.get(kind)?.[this.#taken.get(kind) ?? 0];
    if (found !== undefined) {
      this.#count(kind);
      return Promise.resolve(found);
    }
    const arrival = new Promise<Entry>((resolve) => this.#waiting.push({ kind, resolve }));
    return within(arrival, () => `${kind} in the handler; it saw: ${this.lines().join(", ")}`);
  }

  /** Every callback as a line; of one connection when given. `init` and `handshake` are left out. */
  lines(connection?: unknown): string[] {
    return this.entries
      .filter((entry) => entry.kind !== "init" && entry.kind !== "handshake")
      .filter((entry) => connection === undefined || entry.connection === connection)
      .map((entry) => entry.line);
  }

  count(kind: string): number {
    return this.#byKind.get(kind)?.length ?? 0;
  }

  /** Forgets everything, for a test that repeats itself on one server. */
  clear(): void {
    this.entries.length = 0;
    this.#byKind.clear();
    this.#taken.clear();
  }

  #count(kind: string): void {
    this.#taken.set(kind, (this.#taken.get(kind) ?? 0) + 1);
  }
}

/** How a message stands in the log. */
export function messageLine(data: string | Uint8Array): readonly [kind: string, detail: string] {
  return [typeof data === "string" ? "text" : "binary", describePayload(data)];
}
