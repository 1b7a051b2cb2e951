import { createServer, type IncomingMessage, type Server } from "node:http";
import type { Duplex } from "node:stream";
import { HandshakeError } from "@exws/handshake";
import FayeSocket from "faye-websocket";
import { describe, expect, test } from "vitest";
import websocket from "websocket";
import { WebSocketServer } from "ws";
import { portOf, startHttp } from "../support/http-server.ts";
import { connectExws } from "./exws-client.ts";
import type { Peer } from "./peer.ts";

// Our codecs in the client's role, on a bare socket, against the servers of others. Every one of these echoes, prefers
// the subprotocol b, and closes with 4002 "you said so" when it is told "close".

function ws(): Server {
  const server = new WebSocketServer({ noServer: true, handleProtocols: () => "b" });
  const http = createServer();
  http.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) =>
    server.handleUpgrade(request, socket, head, (client) => {
      client.on("message", (data, isBinary) => {
        const said = isBinary ? "" : String(data);
        if (said === "close") client.close(4002, "you said so");
        else if (said === "fragments") {
          client.send("one ", { fin: false });
          client.once("pong", (payload) => client.send(`answered ${payload}`, { fin: true }));
          client.ping("between");
        } else client.send(data, { binary: isBinary });
      });
    }),
  );
  return http;
}

function websocketNode(): Server {
  const http = createServer();
  const server = new websocket.server({ httpServer: http, maxReceivedFrameSize: 2_000_000 });
  server.on("request", (request) => {
    const client = request.accept(request.requestedProtocols.includes("b") ? "b" : undefined);
    client.on("message", (message) => {
      if (message.type === "binary") client.sendBytes(message.binaryData);
      else if (message.utf8Data === "close") client.close(4002, "you said so");
      else client.sendUTF(message.utf8Data);
    });
  });
  return http;
}

function faye(): Server {
  const http = createServer();
  http.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const client = new FayeSocket(request, socket, head, ["b"]);
    client.on("message", ({ data }) => {
      if (data === "close") client.close(4002, "you said so");
      else client.send(data);
    });
  });
  return http;
}

async function connect(http: Server, protocols: readonly string[] = []): Promise<Peer> {
  await startHttp(undefined, http);
  return connectExws({ url: `ws://127.0.0.1:${portOf(http)}/ws` }, protocols);
}

describe.each([
  ["ws", ws, 4001],
  // It answers every Close frame with 1000.
  ["websocket", websocketNode, 1000],
  ["faye-websocket", faye, 4001],
])("our codecs as a client of %s", (_, make, answer) => {
  test("text and bytes of every length form come back as they were", async () => {
    const peer = await connect(make());
    for (const length of [0, 1, 125, 126, 65_535, 65_536, 1_000_000]) {
      peer.send("x".repeat(length));
      expect(await peer.next()).toHaveLength(length);
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 7) & 255);
      peer.send(bytes);
      expect(Buffer.from((await peer.next()) as Uint8Array).equals(bytes)).toBe(true);
    }
    peer.send("κόσμε 👋");
    expect(await peer.next()).toBe("κόσμε 👋");
  });

  test("the subprotocol is agreed on", async () => {
    expect((await connect(make(), ["a", "b"])).protocol).toBe("b");
  });

  test("its Close frame is answered", async () => {
    const peer = await connect(make());
    peer.close(4001, "bye");
    expect((await peer.ended()).code).toBe(answer);
  });

  test("the server's closing code and reason are read and answered", async () => {
    const peer = await connect(make());
    peer.send("close");
    expect(await peer.ended()).toEqual({ code: 4002, reason: "you said so" });
  });
});

describe("our codecs as a client of ws", () => {
  test("fragments with a Ping between them: the Ping is answered, the message is whole", async () => {
    const peer = await connect(ws());
    peer.send("fragments");
    expect(await peer.next()).toBe("one answered between");
  });

  test("a refused handshake is a HandshakeError", async () => {
    const http = createServer();
    http.on("upgrade", (_, socket) => socket.end("HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n"));
    const refused = connect(http);
    await expect(refused).rejects.toBeInstanceOf(HandshakeError);
    await expect(refused).rejects.toMatchObject({ code: "status" });
  });

  test("a subprotocol that was not offered is a HandshakeError", async () => {
    const server = new WebSocketServer({ noServer: true });
    const http = createServer();
    server.on("headers", (headers) => headers.push("Sec-WebSocket-Protocol: mine"));
    http.on("upgrade", (request, socket, head) => server.handleUpgrade(request, socket, head, () => {}));
    await expect(connect(http)).rejects.toMatchObject({ code: "subprotocol" });
  });
});
