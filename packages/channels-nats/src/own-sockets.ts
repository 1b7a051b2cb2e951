import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";

const dialing = new AsyncLocalStorage<OwnSockets>();
let watches = false;

/**
 * The sockets that a client opens while it connects, so that they can be destroyed.
 *
 * The client leaves them open when a server takes a connection and then says nothing for too long, and it waits for all that was
 * written before it gives up a connection that has gone silent: with a frozen server that is for ever.
 */
export class OwnSockets {
  readonly #sockets = new Set<Socket>();
  #state: "dialing" | "dialed" | "destroyed" = "dialing";

  /** Runs a function and keeps what it opens, until it has settled: what others open later from within callbacks is theirs. */
  async dial<Result>(connect: () => Promise<Result>): Promise<Result> {
    watch();
    const result = await dialing.run(this, connect);
    if (this.#state === "dialing") this.#state = "dialed";
    return result;
  }

  /** Bytes that were received: while they grow, the other end is alive. */
  get received(): number {
    let bytes = 0;
    for (const socket of this.#sockets) bytes += socket.bytesRead;
    return bytes;
  }

  /** Ends them at once, and those that are still to come; resolves when the system has closed them. */
  async destroy(): Promise<void> {
    this.#state = "destroyed";
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
    // The client takes all listeners away, ours as well: the turn in which they close has to pass.
    for (let turns = 0; turns < 2; turns++) await new Promise((resolve) => setImmediate(resolve));
  }

  add(socket: Socket): void {
    if (this.#state === "dialed") return;
    // It is told before the socket has a handle: destroying it then would be too early for who has just made it.
    if (this.#state === "destroyed") queueMicrotask(() => socket.destroy());
    else this.#sockets.add(socket);
  }
}

/** Once in a process, and not before somebody dials. */
function watch(): void {
  if (watches) return;
  watches = true;
  subscribe("net.client.socket", (message) => {
    dialing.getStore()?.add((message as { socket: Socket }).socket);
  });
}
