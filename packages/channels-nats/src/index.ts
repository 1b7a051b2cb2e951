export type { NatsConnect, NatsConnection, NatsMessage } from "./connection.ts";
export { natsBus } from "./nats-bus.ts";
export type { NatsBusOptions, NatsLogOptions } from "./options.ts";
