export { type Engine, EngineProcess, type EngineProgram } from "./engine-process.ts";
export { freePort } from "./free-port.ts";
export { type NatsOptions, NatsServer } from "./nats-server.ts";
export { RedisCluster } from "./redis-cluster.ts";
export { type RedisOptions, RedisServer } from "./redis-server.ts";
export { type Reply, RespConnection } from "./resp-connection.ts";
export { type Direction, TcpProxy } from "./tcp-proxy.ts";
