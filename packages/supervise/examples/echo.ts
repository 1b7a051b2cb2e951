import { serve } from "@exws/server";

const server = await serve({
  port: 0,
  host: "127.0.0.1",
  handler: {
    message(connection, data) {
      connection.write(`${data}, says worker ${process.env["EXWS_WORKER"]}`);
    },
  },
});
console.log(`worker ${process.env["EXWS_WORKER"]} listens on ${server.url}`);
