import { createHash } from "node:crypto";
import type { BusError } from "@exws/channels";
import { isUnknownScript } from "./bus-error-of.ts";
import type { Connection } from "./connection.ts";
import type { Word } from "./transport.ts";

/** What goes over one connection while it does not know the script. */
type Recovery = { readonly held: (() => void)[]; until: number };

/**
 * A Lua script that is called by its digest. Who connects loads it; if the server has forgotten it all the same (SCRIPT FLUSH), it is sent
 * whole, and calls that come meanwhile wait behind those that have to be sent again: the order of calls stays.
 */
export class Script {
  readonly #source: string;
  readonly #digest: string;
  readonly #sent = new WeakMap<Connection, number>();
  readonly #recoveries = new WeakMap<Connection, Recovery>();

  constructor(source: string) {
    this.#source = source;
    this.#digest = createHash("sha1").update(source).digest("hex");
  }

  /** A user who may not load scripts may still be one who may call them. */
  async load(connection: Connection): Promise<void> {
    await connection.command(["SCRIPT", "LOAD", this.#source]).catch(() => {});
  }

  /** Calls of one connection take effect in their order. */
  call(
    connection: Connection,
    keys: readonly string[],
    ...words: readonly Word[]
  ): Promise<readonly unknown[]> {
    const args = [String(keys.length), ...keys, ...words];
    const recovery = this.#recoveries.get(connection);
    if (recovery === undefined) return this.#send(connection, args);
    return new Promise((resolve) => {
      recovery.held.push(() => resolve(this.#send(connection, args)));
    });
  }

  async #send(connection: Connection, args: readonly Word[]): Promise<readonly unknown[]> {
    const number = (this.#sent.get(connection) ?? 0) + 1;
    this.#sent.set(connection, number);
    try {
      return (await connection.command(["EVALSHA", this.#digest, ...args])) as unknown[];
    } catch (error) {
      if (!isUnknownScript(error as BusError)) throw error;
      this.#recover(connection);
      return (await connection.command(["EVAL", this.#source, ...args])) as unknown[];
    } finally {
      this.#release(connection, number);
    }
  }

  #recover(connection: Connection): void {
    if (this.#recoveries.has(connection)) return;
    this.#recoveries.set(connection, { held: [], until: this.#sent.get(connection)! });
  }

  /** All that was sent by digest has been answered: what was held goes, at once, before anything newer. */
  #release(connection: Connection, number: number): void {
    const recovery = this.#recoveries.get(connection);
    if (recovery === undefined || number < recovery.until) return;
    this.#recoveries.delete(connection);
    for (const go of recovery.held) go();
  }
}
