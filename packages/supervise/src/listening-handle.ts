import * as net from "node:net";
import type { Address } from "./messages.ts";

/** A bound socket of Node's, not yet listening, as far as it is touched. Undocumented. */
export type ListeningHandle = { getsockname(into: Partial<Address>): number; close(): void };

type CreateHandle = (
  address: string | null,
  port: number,
  family: number,
  fd: undefined,
  flags: number,
) => ListeningHandle | number;

/** libuv's UV_TCP_REUSEPORT. */
const reusePort = 2;

/** What `node:cluster` makes the handles of its workers with. Undocumented: looked for, and done without where it is not. */
const { _createServerHandle: create } = net as unknown as { _createServerHandle?: CreateHandle };

/** Where to bind; no host means all addresses, and then the family is -1. */
export type Place = { host: string | null; family: 4 | 6 | -1; port: number };

/** A handle with its address, or the system's error number. */
export type Bound = { handle: ListeningHandle; address: Address } | number;

/** Binds a socket that others may share the port with; `undefined` where this Node or this system cannot. */
export function bindShared(place: Place): Bound | undefined {
  const bound = bind(place, reusePort);
  return typeof bound === "number" && unsupported.includes(bound) ? undefined : bound;
}

/** The system's error number when somebody else listens there already, whom sharing the port would go unnoticed; else 0. */
export function probe(place: Place): number {
  if (place.port === 0) return 0;
  const bound = bind(place, 0);
  if (typeof bound === "number") return bound;
  bound?.handle.close();
  return 0;
}

/** ENOTSUP and EINVAL on the systems that Node runs on. */
const unsupported: readonly number[] = [-95, -45, -4049, -22, -4071];

function bind({ host, family, port }: Place, flags: number): Bound | undefined {
  if (typeof create !== "function") return undefined;
  const handle = create(host, port, family, undefined, flags);
  if (typeof handle === "number") return handle;
  const address: Partial<Address> = {};
  // An address in use is told here, not by bind.
  const error = handle.getsockname(address);
  if (error === 0) return { handle, address: address as Address };
  handle.close();
  return error;
}
