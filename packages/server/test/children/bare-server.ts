/** An application that sets no listener of any kind: if the server lets anything escape, this process dies. */
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { serve } from "../../src/index.ts";

const server = await serve({
  port: 0,
  host: "127.0.0.1",
  handler: {
    handshake: (request) => (request.path === "/slow" ? wait(60) : undefined),
    message(connection, data) {
      connection.write(data);
    },
  },
});

const address = server.address();
console.log(JSON.stringify({ port: typeof address === "object" ? address?.port : 0 }));

createInterface({ input: process.stdin }).on("line", async (command) => {
  if (command === "count") console.log(JSON.stringify([...server.connections].length));
  if (command === "close") {
    const closed = await server.close({ within: 2000 });
    console.log(JSON.stringify(closed));
    process.stdin.destroy();
  }
});
