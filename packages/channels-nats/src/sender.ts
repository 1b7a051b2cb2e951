import { randomBytes } from "node:crypto";

/** Senders whose last connection is remembered. */
const most = 10_000;

/**
 * Marks messages with the bus and the connection that they come from: where NATS has a subject for replies, which nobody needs here.
 */
export class Sender {
  readonly #id: string = randomBytes(9).toString("hex");
  #connection = 0;
  #mark = "";

  /** What stands on each message of this connection. */
  get mark(): string {
    return this.#mark;
  }

  /** From now on messages come from another connection. */
  renew(): void {
    this.#mark = `${this.#id}.${++this.#connection}`;
  }
}

/**
 * Knows the newest connection of each sender. A frozen server, or something in between, may hold what an earlier one had sent, and
 * deliver it behind newer messages.
 */
export class Senders {
  readonly #newest = new Map<string, number>();

  /** Whether a message with this mark comes from a connection that was given up. Marks of others mean nothing. */
  isLate(mark: string | undefined): boolean {
    const [id = "", number = ""] = mark?.split(".", 2) ?? [];
    const connection = Number(number);
    if (!(connection > 0)) return false;
    const newest = this.#newest.get(id) ?? 0;
    if (connection < newest) return true;
    if (connection > newest) this.#note(id, connection);
    return false;
  }

  #note(id: string, connection: number): void {
    this.#newest.delete(id);
    this.#newest.set(id, connection);
    if (this.#newest.size > most) this.#newest.delete(this.#newest.keys().next().value!);
  }
}
