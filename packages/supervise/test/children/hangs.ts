// Never comes to the end of its drain.

import { serve } from "@exws/server";
import { onDrain } from "@exws/supervise";

onDrain(() => {
  console.log(JSON.stringify({ event: "drains", pid: process.pid }));
  return new Promise(() => setInterval(() => {}, 60_000));
});
await serve({
  port: 0,
  host: "127.0.0.1",
  handler: {
    message(connection) {
      connection.write(String(process.pid));
    },
  },
});
