import { type AnySocket, runClient } from "./echo-loop.ts";

// Run by hand: exws-autobahn client --run node test/clients/node-client.ts
await runClient((url) => new WebSocket(url) as AnySocket, process.argv[2]!, `node-${process.versions.node}`);
