import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Server } from "../../src/index.ts";
import { cert, key } from "../support/certificate.ts";
import { attached, portOf, startHttp } from "../support/http-server.ts";
import { type Running, type State, start, type TestHandler } from "../support/start.ts";
import type { Place } from "./peer.ts";

/** What all doors can be told. */
export type DoorOptions = { handler: TestHandler; protocols?: readonly string[] };

/** A way into a server. */
export type Door = {
  name: string;
  open(options: DoorOptions): Promise<{ running: Running<Server<State>>; place: Place }>;
};

let sockets = 0;
const secure = { key, cert };

/** Every way there is; the certificate is for the name localhost. */
export const doors: readonly Door[] = [
  {
    name: "its own port",
    async open(options) {
      const running = await start(options);
      return { running, place: { url: `ws://localhost:${portIn(running)}/ws` } };
    },
  },
  {
    name: "its own port with TLS",
    async open(options) {
      const running = await start({ ...options, tls: secure });
      return { running, place: { url: `wss://localhost:${portIn(running)}/ws`, ca: cert } };
    },
  },
  {
    name: "a Unix socket",
    async open(options) {
      const path = join(tmpdir(), `exws-interop-${process.pid}-${sockets++}.sock`);
      return { running: await start({ ...options, path }), place: { url: "ws://localhost/ws", path } };
    },
  },
  {
    name: "node:http",
    async open(options) {
      const http = await startHttp(undefined, createServer());
      const running = attached(http, { ...options, path: "/ws" });
      return { running, place: { url: `ws://localhost:${portOf(http)}/ws` } };
    },
  },
  {
    name: "node:https",
    async open(options) {
      const http = await startHttp(undefined, createSecureServer(secure));
      const running = attached(http, { ...options, path: "/ws" });
      return { running, place: { url: `wss://localhost:${portOf(http)}/ws`, ca: cert } };
    },
  },
];

function portIn({ server }: Running): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return address.port;
}
