/** What a publisher sends: its name, and a number one higher each time, from 1. */
export type Numbered = { readonly from: string; readonly number: number };

/** The message that carries it. */
export function write({ from, number }: Numbered): string {
  return `${from} ${number}`;
}

/** Reads it; throws for anything else. */
export function read(message: string): Numbered {
  const [, from, number] = /^(\S+) (\d+)$/.exec(message) ?? [];
  if (from === undefined) throw new Error(`not a numbered message: ${message}`);
  return { from, number: Number(number) };
}

type Account = { last: number; count: number };

/** What one client has got of every publisher; notes each message that comes twice or late. */
export class Ledger {
  readonly #accounts = new Map<string, Account>();
  /** Messages that came twice, or behind a later one of the same publisher. */
  readonly faults: string[] = [];

  add(message: string): void {
    const { from, number } = read(message);
    const account = this.#accounts.get(from) ?? { last: 0, count: 0 };
    this.#accounts.set(from, account);
    if (number <= account.last) this.faults.push(`${from} ${number} came behind ${account.last}`);
    account.last = Math.max(account.last, number);
    account.count++;
  }

  /** How many came of a publisher. */
  count(from: string): number {
    return this.#accounts.get(from)?.count ?? 0;
  }

  /** The highest number of a publisher. */
  last(from: string): number {
    return this.#accounts.get(from)?.last ?? 0;
  }
}
