import { permessageDeflate } from "@exws/deflate";
import { loadPage, type PageOptions } from "@exws/program";
import { defineHandler, type Handler, type ListeningServer, serve } from "@exws/server";
import type { EchoOptions } from "./options.ts";
import { loadTls } from "./tls.ts";

/** Sends every message back as it came: text as text, binary as binary. */
export const echo: Handler = defineHandler({
  message(connection, data) {
    // Whoever sends faster than it reads has to wait: its next message is not taken before this one is out.
    if (connection.write(data) === "queued") return connection.drained();
    return undefined;
  },
});

const page: PageOptions = {
  policy: "worker-src 'self'",
  // A page that is isolated from others gets a clock in microseconds: round trips are shorter than its usual one can tell.
  headers: { "Cross-Origin-Embedder-Policy": "require-corp" },
  notFound: "Not found. The page is at /, and WebSockets are echoed on every path.\n",
};

/** Room for frame headers beside the one message that may wait to be sent. */
const headroom = 65_536;

/**
 * Starts the echo server and its page. The limits that a conformance suite runs into are wide open; all others are the
 * defaults. Rejects when a file cannot be read or the address cannot be had.
 */
export async function startEcho(options: EchoOptions): Promise<ListeningServer> {
  const { host, port, path, origin, maxMessage, deflate } = options;
  return serve({
    handler: echo,
    request: await loadPage(new URL("page/", import.meta.url), page),
    extensions: deflate ? [permessageDeflate()] : [],
    origin,
    limits: {
      message: maxMessage,
      fragments: 1_048_576,
      hardBuffer: maxMessage + headroom,
      controlFrames: { perSecond: 1_000, burst: 10_000 },
    },
    ...(path === undefined ? { host, port } : { path }),
    ...(options.tls !== undefined && { tls: await loadTls(options.tls) }),
  });
}
