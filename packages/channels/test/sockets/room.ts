import { type Connection, type ListeningServer, type ServeOptions, serve } from "@exws/server";
import { afterEach } from "vitest";
import { Channels, type ChannelsOptions } from "../../src/index.ts";
import { NetClient } from "./net-client.ts";

/** A server that puts every connection into the channel "room". */
export class Room {
  readonly channels: Channels<unknown, Connection>;
  readonly server: ListeningServer<unknown>;
  readonly connections: Connection[];
  readonly errors: unknown[];
  readonly clients: NetClient[] = [];

  constructor(
    channels: Channels<unknown, Connection>,
    server: ListeningServer<unknown>,
    connections: Connection[],
    errors: unknown[],
  ) {
    this.channels = channels;
    this.server = server;
    this.connections = connections;
    this.errors = errors;
  }

  /** Opens so many connections, which are members when this resolves. */
  async open(count: number, extensions = ""): Promise<NetClient[]> {
    const clients: NetClient[] = [];
    for (let i = 0; i < count; i += 50) {
      const some = Array.from({ length: Math.min(50, count - i) }, () =>
        NetClient.open(this.port, extensions),
      );
      clients.push(...(await Promise.all(some)));
    }
    this.clients.push(...clients);
    return clients;
  }

  get port(): number {
    return (this.server.address() as { port: number }).port;
  }
}

const running: Room[] = [];

/** Starts a server on a free port, and has it ended after the test. */
export async function startRoom(
  options: Partial<ServeOptions<unknown>> = {},
  channelsOptions: ChannelsOptions<unknown, Connection> = {},
): Promise<Room> {
  const errors: unknown[] = [];
  const connections: Connection[] = [];
  const onError = (error: unknown) => void errors.push(error);
  const channels = new Channels<unknown, Connection>({ onError, ...channelsOptions });
  const server = await serve({
    port: 0,
    host: "127.0.0.1",
    onError,
    handler: {
      open(connection: Connection) {
        connections.push(connection);
        channels.join("room", connection);
      },
      message() {},
    },
    ...options,
  } as ServeOptions<unknown>);
  const room = new Room(channels, server, connections, errors);
  running.push(room);
  return room;
}

afterEach(async () => {
  for (const { clients, server, errors } of running.splice(0)) {
    for (const { socket } of clients) socket.destroy();
    await server.close({ within: 500 });
    if (errors.length > 0) throw errors[0];
  }
});
