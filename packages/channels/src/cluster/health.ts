import type { BusError } from "../bus-error.ts";
import type { BusState } from "./bus-link.ts";
import type { NodeCounts } from "./counts.ts";

/** How a process is connected with others. */
export type ChannelsHealth = {
  /** How the bus is; `none` without one. Channels work among their own members however it is. */
  readonly bus: BusState;
  /** Why the bus is down, or could not be opened. */
  readonly error: BusError | undefined;
  /** The id that others know this node by; `undefined` without a bus. */
  readonly node: string | undefined;
  /** The other nodes that are known to be there. */
  readonly nodes: readonly string[];
};

/** What has happened since the beginning, and what is there now. */
export type ChannelsStats = Readonly<NodeCounts> & {
  /** Channels that have members here. */
  readonly channels: number;
};
