export { clusterBus } from "./cluster-bus.ts";
export type { ClusterBusOptions } from "./options.ts";
export { type Relay, type RelayOptions, type RelayStats, relay } from "./relay.ts";
export type { RelayCounts } from "./relay-connection.ts";
