// Tells how its sockets are read: by events, or through the shared buffer.
import type { Socket } from "node:net";
import { serve } from "@exws/server";

await serve({
  port: 0,
  host: "127.0.0.1",
  handler: {
    message(connection, data) {
      const socket = connection.socket as Socket;
      connection.write(data === "pid" ? String(process.pid) : `${socket.listenerCount("data")} listeners`);
    },
  },
});
