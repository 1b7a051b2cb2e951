// An HTTP server with a WebSocket path, drained by hand.
import { createServer } from "node:http";
import { attach } from "@exws/server";
import { onDrain } from "@exws/supervise";

const http = createServer((_, response) => response.end(String(process.pid)));
const chat = attach(http, {
  path: "/chat",
  handler: {
    message(connection) {
      connection.write(String(process.pid));
    },
  },
});
onDrain(async ({ closed }) => {
  const ended = new Promise((resolve) => http.close(resolve));
  await closed;
  http.closeIdleConnections();
  await ended;
  console.log(JSON.stringify({ event: "drained", left: chat.connections.size }));
});
http.listen(0, "127.0.0.1");
