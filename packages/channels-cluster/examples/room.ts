import { Channels } from "@exws/channels";
import { clusterBus } from "@exws/channels-cluster";
import { defineHandler, serve } from "@exws/server";

const channels = new Channels({ bus: clusterBus() });
await channels.ready;

await serve({
  port: 0,
  host: "127.0.0.1",
  handler: defineHandler({
    async open(connection) {
      await channels.join("arrakis", connection).done;
      connection.write("welcome");
    },
    message(connection, data) {
      channels.broadcast("arrakis", data, { except: connection });
    },
  }),
});
