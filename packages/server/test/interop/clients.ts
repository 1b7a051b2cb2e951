import { setDefaultCACertificates } from "node:tls";
import FayeSocket from "faye-websocket";
import websocket from "websocket";
import Ws from "ws";
import { connectExws } from "./exws-client.ts";
import { type Connect, Inbox } from "./peer.ts";

/** `ws`, the most used one. */
export const ws: Connect = (place, protocols) =>
  new Promise((resolve, reject) => {
    const { path } = place;
    const url = path === undefined ? place.url : `ws+unix:${path}:${new URL(place.url).pathname}`;
    const socket = new Ws(url, [...protocols], { perMessageDeflate: false, ca: place.ca });
    const inbox = new Inbox(() => socket.terminate());
    socket.on("message", (data: Buffer, isBinary) => inbox.push(isBinary ? data : data.toString()));
    socket.on("close", (code, reason) => inbox.end(code, reason.toString()));
    socket.on("error", reject);
    socket.on("open", () =>
      resolve({
        protocol: socket.protocol,
        send: (data) => socket.send(data),
        close: (code, reason) => socket.close(code, reason),
        next: () => inbox.next(),
        ended: () => inbox.ended(),
      }),
    );
  });

/** The WebSocket that Node comes with. */
export const node: Connect = (place, protocols) =>
  new Promise((resolve, reject) => {
    if (place.ca !== undefined) setDefaultCACertificates([place.ca]);
    const socket = new WebSocket(place.url, [...protocols]);
    socket.binaryType = "arraybuffer";
    const inbox = new Inbox(() => socket.close());
    socket.addEventListener("message", ({ data }) =>
      inbox.push(typeof data === "string" ? data : new Uint8Array(data)),
    );
    socket.addEventListener("close", ({ code, reason }) => inbox.end(code, reason));
    socket.addEventListener("error", () => reject(new Error("the handshake failed")));
    socket.addEventListener("open", () =>
      resolve({
        protocol: socket.protocol,
        send: (data) => socket.send(data),
        close: (code, reason) => socket.close(code, reason),
        next: () => inbox.next(),
        ended: () => inbox.ended(),
      }),
    );
  });

/** `websocket`, which sends whatever is above 16 KiB in fragments. */
export const websocketNode: Connect = (place, protocols) =>
  new Promise((resolve, reject) => {
    const client = new websocket.client({ maxReceivedFrameSize: 2_000_000, tlsOptions: { ca: place.ca } });
    client.on("connectFailed", reject);
    client.on("connect", (socket) => {
      const inbox = new Inbox(() => socket.drop());
      socket.on("message", (message) =>
        inbox.push(message.type === "utf8" ? message.utf8Data : message.binaryData),
      );
      socket.on("close", (code, reason) => inbox.end(code, reason));
      resolve({
        protocol: socket.protocol ?? "",
        send: (data) =>
          typeof data === "string" ? socket.sendUTF(data) : socket.sendBytes(Buffer.from(data)),
        close: (code, reason) => socket.close(code, reason),
        next: () => inbox.next(),
        ended: () => inbox.ended(),
      });
    });
    const request = place.path === undefined ? {} : { socketPath: place.path };
    client.connect(place.url, [...protocols], undefined, undefined, request);
  });

/** `faye-websocket`. */
export const faye: Connect = (place, protocols) =>
  new Promise((resolve, reject) => {
    const socket = new FayeSocket.Client(place.url, protocols, { tls: { ca: place.ca } });
    const inbox = new Inbox(() => socket.close());
    socket.on("message", ({ data }) => inbox.push(data));
    socket.on("close", ({ code, reason }) => inbox.end(code, reason));
    socket.on("error", reject);
    socket.on("open", () =>
      resolve({
        protocol: socket.protocol,
        send: (data) => socket.send(typeof data === "string" ? data : Buffer.from(data)),
        close: (code, reason) => socket.close(code, reason),
        next: () => inbox.next(),
        ended: () => inbox.ended(),
      }),
    );
  });

/** Those that know addresses only, no Unix sockets. */
export const addressesOnly: readonly Connect[] = [node, faye];

/** Each of them, by the name of its package. */
export const clients: readonly (readonly [string, Connect])[] = [
  ["ws", ws],
  ["Node's WebSocket", node],
  ["websocket", websocketNode],
  ["faye-websocket", faye],
  ["our own codecs", connectExws],
];
