/** Servers in the workers of a cluster; prints what kind of socket each worker gets, and what its client got back. */
import cluster from "node:cluster";
import { once } from "node:events";
import { connect } from "node:net";
import { serve } from "../../src/index.ts";

/** As given: "rr" lets the primary accept, "none" each worker for itself. */
const { policy } = JSON.parse(process.argv[2] ?? "{}") as { policy: "rr" | "none" };

if (cluster.isPrimary) {
  cluster.schedulingPolicy = policy === "rr" ? cluster.SCHED_RR : cluster.SCHED_NONE;
  const worker = cluster.fork();
  const [message] = (await once(worker, "message")) as [object];
  console.log(JSON.stringify(message));
  worker.disconnect();
} else {
  const kinds: string[] = [];
  const server = await serve({
    port: 0,
    host: "127.0.0.1",
    handler: { message: (connection, data) => void connection.write(`${connection.remoteAddress} ${data}`) },
  });
  // What every connection of an own port goes through.
  const door = server as unknown as { accept(socket: object): void };
  const { accept } = door;
  door.accept = (socket) => {
    kinds.push(socket.constructor.name);
    accept.call(server, socket);
  };
  const address = server.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  const client = connect(port, "127.0.0.1");
  client.write(
    "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
  );
  client.write(Buffer.from("818200000000686988820000000003e8", "hex"));
  let received = "";
  client.on("data", (chunk) => {
    received += chunk.toString("latin1");
  });
  await once(client, "end");
  client.end();
  await server.close();
  process.send?.({ kinds, port, received: received.slice(received.indexOf("\r\n\r\n") + 4) });
}
