import { type Bus, binary, Channels, text } from "@exws/channels";
import { natsBus } from "@exws/channels-nats";
import { redisBus } from "@exws/channels-redis";
import { type Connection, serve } from "@exws/server";
import { connect } from "@nats-io/transport-node";
import { Redis } from "ioredis";
import { broadcastBytes, broadcastText, countOf } from "./broadcast.ts";
import { config, maxMessage, maxWaiting } from "./config.ts";
import { inProcesses } from "./processes.ts";

function bus({ name, port }: NonNullable<typeof config.engine>): Bus {
  return name === "nats"
    ? natsBus(connect, { servers: `127.0.0.1:${port}` })
    : redisBus(new Redis({ port, lazyConnect: true }));
}

await inProcesses(async () => {
  const channels = new Channels<unknown, Connection>(config.engine ? { bus: bus(config.engine) } : {});
  await channels.ready;
  const server = await serve({
    port: 0,
    host: "127.0.0.1",
    handler: {
      async open(connection) {
        await channels.join("all", connection).done;
      },
      message(_, data) {
        for (let left = countOf(String(data)); left > 0; left--) {
          channels.broadcast("all", config.type === "text" ? text(broadcastText) : binary(broadcastBytes));
        }
      },
    },
    limits: { message: maxMessage, hardBuffer: config.slow ? maxWaiting : maxMessage },
    onOverflow: config.slow ? "drop-newest" : "close",
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
});
