// Listens, and calls ready() only when somebody has told it to. On its port: TEST_PORT.

import { serve } from "@exws/server";
import { ready } from "@exws/supervise";

await serve({
  port: Number(process.env["TEST_PORT"] ?? 0),
  host: "127.0.0.1",
  handler: {
    message(connection, data) {
      if (data === "get ready") ready();
      connection.write(data);
    },
  },
});
console.log(JSON.stringify({ event: "listens", pid: process.pid }));
