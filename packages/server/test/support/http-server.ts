import { createServer, type Server as HttpServer, type RequestListener } from "node:http";
import { afterEach } from "vitest";
import { type AttachOptions, attach, type Server } from "../../src/index.ts";
import { EventLog } from "./event-log.ts";
import { destroyClients, RawClient } from "./raw-client.ts";
import { Running, recording, type State, type TestHandler, track } from "./start.ts";

const listening: HttpServer[] = [];

/** An HTTP server of Node on a free port, closed after the test. */
export async function startHttp(
  listener: RequestListener = (_, response) => response.end("page"),
  http = createServer(listener),
): Promise<HttpServer> {
  listening.push(http);
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  return http;
}

export function portOf(http: HttpServer): number {
  const address = http.address();
  if (typeof address !== "object" || address === null) throw new Error("the HTTP server does not listen");
  return address.port;
}

/** A WebSocket server on somebody else's HTTP server, recorded like the others. */
export class Attached extends Running<Server<State>> {
  readonly http: HttpServer;
  constructor(http: HttpServer, ...rest: ConstructorParameters<typeof Running<Server<State>>>) {
    super(...rest);
    this.http = http;
  }

  override get target(): { port: number } {
    return { port: portOf(this.http) };
  }
}

/** Options of `attach`, of which only the interesting ones are given. */
export type AttachedOptions = Omit<Partial<AttachOptions<State>>, "handler"> & { handler?: TestHandler };

export function attached(http: HttpServer, options: AttachedOptions = {}): Attached {
  const log = new EventLog();
  const errors: unknown[] = [];
  const server = attach(http, {
    ...options,
    handler: recording(log, options.handler ?? {}),
    onError: (error) => void errors.push(error),
  } as AttachOptions<State>);
  const running = new Attached(http, server, log, errors);
  track(running);
  return running;
}

export function connectHttp(http: HttpServer): Promise<RawClient> {
  return RawClient.connect({ port: portOf(http) });
}

afterEach(async () => {
  destroyClients();
  for (const http of listening.splice(0)) {
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  }
});
