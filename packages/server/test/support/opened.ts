import type { RawClient } from "./raw-client.ts";
import { type Running, start, type TestConnection, type TestOptions } from "./start.ts";

/** Both ends of one open connection. */
export type Opened = { running: Running; client: RawClient; connection: TestConnection };

/** Starts a server and opens a connection; the client keeps its half of TCP open when the server ends its own. */
export async function opened(options: TestOptions = {}): Promise<Opened> {
  const running = await start(options);
  const client = await running.open(undefined, { keepHalf: true });
  const connection = (await running.log.next("open")).connection as TestConnection;
  return { running, client, connection };
}
