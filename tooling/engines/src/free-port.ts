import { createServer } from "node:net";

/**
 * A port of 127.0.0.1 that nobody listens on. It is below those that the system gives to outgoing connections, so that it is still
 * free when an engine that was stopped starts again; 10,000 above it lies the cluster bus of Redis.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 10_000);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
