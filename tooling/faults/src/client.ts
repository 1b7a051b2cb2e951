import { once } from "node:events";
import { WebSocket } from "ws";
import { Ledger } from "./ledger.ts";

/** A client of a server process: a member of its channel `room` that keeps a ledger. */
export class Client implements Disposable {
  readonly ledger: Ledger = new Ledger();
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    // The first message says that the join is effective.
    socket.once("message", () => socket.on("message", (data) => this.ledger.add(String(data))));
    // That its server was killed is what a test is about.
    socket.on("error", () => {});
  }

  /** Joins as `user`, and resolves when the server says that the join is effective. */
  static async join(url: string, user: string): Promise<Client> {
    const client = new Client(new WebSocket(`${url}/${user}`));
    await once(client.#socket, "message");
    return client;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** Resolves when the number `number` of `from`, or a later one, has come. */
  async until(from: string, number: number): Promise<void> {
    while (this.ledger.last(from) < number) await once(this.#socket, "message");
  }

  [Symbol.dispose](): void {
    this.#socket.terminate();
  }
}
