import { bindShared, type ListeningHandle, type Place, probe } from "./listening-handle.ts";
import type { PortKey, Refusal } from "./messages.ts";

type Share = { readonly place: Place; readonly handles: Map<number, ListeningHandle> };

/**
 * The listening sockets of all workers: one for each port and slot, shared by SO_REUSEPORT, so that the kernel spreads the
 * connections. The supervisor keeps them open while workers come and go: what the kernel holds for a worker that has ended is
 * there for its successor, no connection is refused meanwhile, and a port of 0 stays what it became.
 */
export class PortShare {
  readonly #shares = new Map<string, Share>();

  /** The socket of a slot, made when it is first asked for. */
  lend(slot: number, key: PortKey): { handle: ListeningHandle } | { refusal: Refusal } {
    const share = this.#shares.get(nameOf(key));
    const kept = share?.handles.get(slot);
    if (kept !== undefined) return { handle: kept };
    const taken = share === undefined ? probe(key) : 0;
    if (taken !== 0) return { refusal: { errno: taken } };
    const bound = bindShared(share?.place ?? key);
    if (bound === undefined) return { refusal: "unavailable" };
    if (typeof bound === "number") return { refusal: { errno: bound } };
    const { address, family, port } = bound.address;
    if (share !== undefined) share.handles.set(slot, bound.handle);
    else {
      const place: Place = { host: address, family: family === "IPv6" ? 6 : 4, port };
      this.#shares.set(nameOf(key), { place, handles: new Map([[slot, bound.handle]]) });
    }
    return { handle: bound.handle };
  }

  /** Closes the sockets of a slot but those that are in use. */
  release(slot: number, inUse: Iterable<PortKey> = []): void {
    const used = new Set([...inUse].map(nameOf));
    for (const [name, share] of this.#shares) {
      if (used.has(name)) continue;
      share.handles.get(slot)?.close();
      share.handles.delete(slot);
      if (share.handles.size === 0) this.#shares.delete(name);
    }
  }

  /** Closes all. */
  close(): void {
    for (const { handles } of this.#shares.values()) for (const handle of handles.values()) handle.close();
    this.#shares.clear();
  }
}

/** One name for one port, however the key came to be. */
export function nameOf({ host, family, port, nth }: PortKey): string {
  return `${host}|${family}|${port}|${nth}`;
}
