import { hashSlot } from "./hash-slot.ts";
import { type Address, textOf } from "./transport.ts";

/** Which server has what: the one there is, or the masters of a cluster. */
export type Topology = {
  /** The address of each server by its key; the only one of no cluster has none. */
  readonly servers: ReadonlyMap<string, Address | undefined>;
  /** The key of the server that a channel or a key of Redis belongs to. */
  ownerOf(name: string): string;
  /** Equal for equal topologies. */
  readonly print: string;
};

/** A server that is no cluster. */
export const single: Topology = {
  servers: new Map([["", undefined]]),
  ownerOf: () => "",
  print: "",
};

/** Reads the reply of CLUSTER SLOTS. `asked` is the server that answered: an empty host means itself. Undefined when slots are missing. */
export function topologyOf(reply: unknown, asked: Address): Topology | undefined {
  if (!Array.isArray(reply)) return undefined;
  const owners = new Array<string>(16_384);
  const servers = new Map<string, Address>();
  const ranges: string[] = [];
  let known = 0;
  for (const [first, last, master] of reply as [number, number, [unknown, number]][]) {
    const host = textOf(master[0] ?? "");
    const address = { host: host === "" || host === "?" ? asked.host : host, port: Number(master[1]) };
    const key = `${address.host}:${address.port}`;
    servers.set(key, address);
    owners.fill(key, Number(first), Number(last) + 1);
    known += Number(last) + 1 - Number(first);
    ranges.push(`${first}-${last} ${key}`);
  }
  if (known !== owners.length) return undefined;
  return { servers, ownerOf: (name) => owners[hashSlot(name)]!, print: ranges.sort().join() };
}
