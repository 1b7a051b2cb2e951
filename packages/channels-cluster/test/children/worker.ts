// A worker with rooms: clients join "room"; what one says all others hear, in all workers. Tells of gaps. "news" has a history:
// `join <position or null>` enters it and answers how that went, `news <text>` says something there.
import { Channels } from "@exws/channels";
import { clusterBus } from "@exws/channels-cluster";
import { defineHandler, serve } from "@exws/server";

const channels = new Channels({
  bus: clusterBus(),
  history: (id) => (id === "news" ? {} : undefined),
  onGap: ({ lost }) => console.log(JSON.stringify({ event: "gap", pid: process.pid, lost })),
});
await channels.ready;

await serve({
  port: 0,
  host: "127.0.0.1",
  handler: defineHandler({
    async open(connection) {
      await channels.join("room", connection).done;
      connection.write(`pid ${process.pid}`);
    },
    async message(connection, data) {
      if (data === "flood") {
        // More than a relay keeps for somebody who does not read.
        for (let i = 0; i < 64; i++)
          await channels.broadcast("room", "x".repeat(65_536), { except: connection }).published;
        connection.write("flooded");
      } else if (typeof data === "string" && data.startsWith("join ")) {
        const since = JSON.parse(data.slice(5)) ?? undefined;
        const { recovered, position } = await channels.join("news", connection, undefined, { since }).done;
        connection.write(JSON.stringify({ recovered, position }));
      } else if (typeof data === "string" && data.startsWith("news ")) {
        await channels.broadcast("news", data.slice(5)).done;
        connection.write("said");
      } else channels.broadcast("room", data, { except: connection });
    },
  }),
});
