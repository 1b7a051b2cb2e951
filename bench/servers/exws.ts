import { binary, type Connection, type Extension, type Handler, serve, text } from "@exws/server";
import { broadcastBytes, broadcastText, countOf } from "./broadcast.ts";
import { config, maxMessage, maxWaiting } from "./config.ts";
import { ready } from "./control.ts";

const members = new Set<Connection>();

const echo: Handler = {
  message(connection, data) {
    connection.write(data);
  },
};

const broadcast: Handler = {
  open(connection) {
    members.add(connection);
  },
  message(_, data) {
    for (let left = countOf(String(data)); left > 0; left--) {
      const message = config.type === "text" ? text(broadcastText) : binary(broadcastBytes);
      for (const member of members) member.write(message);
    }
  },
  closed(connection) {
    members.delete(connection);
  },
};

/** The package may not be there yet. */
async function deflate(): Promise<readonly Extension[]> {
  const { permessageDeflate } = await import("@exws/deflate");
  return [permessageDeflate({ threshold: 0 })];
}

const server = await serve({
  port: 0,
  host: "127.0.0.1",
  handler: config.mode === "echo" ? echo : broadcast,
  limits: { message: maxMessage, hardBuffer: config.slow ? maxWaiting : maxMessage },
  onOverflow: config.slow ? "drop-newest" : "close",
  ...(config.deflate && { extensions: await deflate() }),
});
const address = server.address();
if (address === null || typeof address === "string") throw new Error("no port");
ready(address.port);
