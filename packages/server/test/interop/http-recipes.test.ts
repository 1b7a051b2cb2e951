import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { expect, test } from "vitest";
import WebSocket, { WebSocketServer } from "ws";
import { createServer as createWebSockets, defineHandler } from "../../src/index.ts";
import { attached, portOf, startHttp } from "../support/http-server.ts";
import { clients, ws } from "./clients.ts";

/** The shape of Express and its like: a function that node:http calls, which knows nothing of upgrades. */
function application(request: IncomingMessage, response: ServerResponse): void {
  response.end(`page ${request.url}`);
}

test("an application's pages and two WebSocket paths share one port, one client of each kind", async () => {
  const http = await startHttp(undefined, createServer(application));
  attached(http, { path: "/chat", handler: { message: (connection) => void connection.write("chat") } });
  attached(http, { path: "/feed", handler: { message: (connection) => void connection.write("feed") } });
  const at = `127.0.0.1:${portOf(http)}`;
  for (const [, connect] of clients) {
    for (const path of ["chat", "feed"]) {
      const peer = await connect({ url: `ws://${at}/${path}` }, []);
      peer.send("who are you");
      expect(await peer.next()).toBe(path);
      peer.close(1000, "");
      await peer.ended();
    }
    expect(await (await fetch(`http://${at}/chat`)).text()).toBe("page /chat");
  }
});

test("a WebSocket server of ws lives on another path of the same HTTP server", async () => {
  const http = await startHttp(undefined, createServer(application));
  attached(http, { path: "/ours", handler: { message: (connection) => void connection.write("ours") } });
  const theirs = new WebSocketServer({ noServer: true });
  theirs.on("connection", (socket) => socket.on("message", () => socket.send("theirs")));
  http.on("upgrade", (request, socket, head) => {
    if (request.url !== "/theirs") return;
    theirs.handleUpgrade(request, socket, head, (client) => theirs.emit("connection", client));
  });
  for (const path of ["ours", "theirs"]) {
    const peer = await ws({ url: `ws://127.0.0.1:${portOf(http)}/${path}` }, []);
    peer.send("who are you");
    expect(await peer.next()).toBe(path);
    peer.close(1000, "");
    await peer.ended();
  }
});

test("an application looks at the request first and hands it over with handleUpgrade", async () => {
  const sockets = createWebSockets({
    handler: defineHandler({ message: (connection, data) => void connection.write(data) }),
  });
  const http = createServer(application);
  http.on("upgrade", (request, socket, head) => {
    if (request.headers.cookie === "session=good") sockets.handleUpgrade(request, socket, head);
    else socket.end("HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  });
  await startHttp(undefined, http);
  const url = `ws://127.0.0.1:${portOf(http)}/any`;
  await expect(ws({ url }, [])).rejects.toThrow("401");

  const socket = new WebSocket(url, { headers: { cookie: "session=good" } });
  await once(socket, "open");
  socket.send("in");
  expect(String((await once(socket, "message"))[0])).toBe("in");
  socket.close();
  await once(socket, "close");
  await sockets.close();
});
