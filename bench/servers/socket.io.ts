import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Server } from "socket.io";
import { broadcastBytes, broadcastText, countOf } from "./broadcast.ts";
import { config, maxMessage } from "./config.ts";
import { ready } from "./control.ts";

// Its engine is ws, and bufferutil is installed. Its heartbeat would answer to clients that do not take part in it.
const http = createServer();
const io = new Server(http, {
  transports: ["websocket"],
  serveClient: false,
  maxHttpBufferSize: maxMessage,
  pingInterval: 3_600_000,
  perMessageDeflate: false,
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
http.listen(0, "127.0.0.1", () => ready((http.address() as AddressInfo).port));
