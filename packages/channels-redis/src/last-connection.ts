import type { Connection } from "./connection.ts";
import { textOf } from "./transport.ts";

/**
 * What the server calls a connection for commands. Once it is given up here, what it still holds on its way (in a frozen server, in a
 * proxy) must not arrive behind what is published on the next one: the server is asked to end it first.
 */
export class LastConnection {
  readonly #id: string | undefined;
  readonly #address: string | undefined;

  private constructor(id: string | undefined, address: string | undefined) {
    this.#id = id;
    this.#address = address;
  }

  /** A user who may not ask has no such connection. */
  static async of(connection: Connection): Promise<LastConnection> {
    const info = textOf(await connection.command(["CLIENT", "INFO"]).catch(() => ""));
    const fields = new Map(info.split(" ").map((field) => field.split("=", 2) as [string, string]));
    return new LastConnection(fields.get("id"), fields.get("addr"));
  }

  /** Both must fit: a server that was started again counts from 1. */
  async end(connection: Connection): Promise<void> {
    if (this.#id === undefined || this.#address === undefined) return;
    await connection.command(["CLIENT", "KILL", "ID", this.#id, "ADDR", this.#address]).catch(() => {});
  }
}
