import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createShardedAdapter } from "@socket.io/redis-adapter";
import { createClient } from "redis";
import { Server } from "socket.io";
import { broadcastBytes, broadcastText, countOf } from "./broadcast.ts";
import { config, maxMessage } from "./config.ts";
import { inProcesses } from "./processes.ts";

/** Its own adapter, in the form that it recommends for Redis 7. */
async function redisAdapter(port: number): Promise<ReturnType<typeof createShardedAdapter>> {
  const publisher = createClient({ url: `redis://127.0.0.1:${port}` });
  const subscriber = publisher.duplicate();
  await Promise.all([publisher.connect(), subscriber.connect()]);
  return createShardedAdapter(publisher, subscriber);
}

await inProcesses(async () => {
  // Its engine is ws, and bufferutil is installed. Its heartbeat would answer to clients that do not take part in it.
  const http = createServer();
  const io = new Server(http, {
    transports: ["websocket"],
    serveClient: false,
    maxHttpBufferSize: maxMessage,
    pingInterval: 3_600_000,
    perMessageDeflate: false,
    ...(config.engine && { adapter: await redisAdapter(config.engine.port) }),
  });
  const message = config.type === "text" ? broadcastText : broadcastBytes;
  io.on("connection", (socket) => {
    socket.join("all");
    socket.on("send", (count: number) => {
      // Rooms have no bound for members that are behind: what they do not read piles up. (`volatile` would also drop
      // messages for those who keep up.)
      for (let left = countOf(String(count)); left > 0; left--) io.to("all").emit("message", message);
    });
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  return (http.address() as AddressInfo).port;
});
