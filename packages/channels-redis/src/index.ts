export type { RedisBusOptions } from "./options.ts";
export { redisBus } from "./redis-bus.ts";
export type { RedisClient } from "./redis-client.ts";
