import { type AddressInfo, createServer } from "node:net";
import { ready } from "./control.ts";

// Node's price: a 101 for the first bytes, then every byte goes back as it came. Nothing is parsed.
const accepted = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";

const server = createServer({ noDelay: true }, (socket) => {
  socket.on("error", () => {});
  socket.once("data", () => {
    socket.write(accepted);
    socket.on("data", (bytes) => socket.write(bytes));
  });
});
server.listen(0, "127.0.0.1", () => ready((server.address() as AddressInfo).port));
