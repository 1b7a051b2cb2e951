import type { Peer } from "./peer.ts";

/** The peers of these names, in this order; all without names. Throws a RangeError for a name that nobody has. */
export function selectPeers(peers: readonly Peer[], names: readonly string[] | undefined): readonly Peer[] {
  return (
    names?.map((name) => {
      const peer = peers.find((candidate) => candidate.name === name);
      if (peer !== undefined) return peer;
      throw new RangeError(
        `no peer is called ${name}; there are ${peers.map((each) => each.name).join(", ")}`,
      );
    }) ?? peers
  );
}
