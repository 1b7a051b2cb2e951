import { createRequire } from "node:module";
import { WebSocket } from "ws";
import { type AnySocket, runClient } from "./echo-loop.ts";

// Run by hand: exws-autobahn client --run node test/clients/ws-client.ts
const { version } = createRequire(import.meta.url)("ws/package.json");
const open = (url: string): AnySocket =>
  new WebSocket(url, { maxPayload: 64 * 2 ** 20 }) as unknown as AnySocket;
await runClient(open, process.argv[2]!, `ws-${version}`);
