// A worker as a user would write it, but for the words that it understands.
import { defineHandler, serve } from "@exws/server";

const handler = defineHandler({
  async message(connection, data) {
    if (data === "pid") connection.write(String(process.pid));
    else if (data === "number") connection.write(String(process.env["EXWS_WORKER"]));
    else if (data === "slow") {
      // Long enough for the drain to have begun: it waits for this.
      for (let i = 0; i < 200; i++) await new Promise(setImmediate);
      connection.write("done slowly");
    } else if (data === "block") {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 4_000);
      connection.write("blocked for 4 s");
    } else if (data === "close") void server.close();
    else connection.write(data);
  },
});

const server = await serve({ port: 0, host: "127.0.0.1", handler });
