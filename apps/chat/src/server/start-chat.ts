import type { Bus } from "@exws/channels";
import { loadPage, type PageOptions } from "@exws/program";
import { type Connection, serve } from "@exws/server";
import { Chat } from "./chat.ts";
import { openRooms } from "./rooms.ts";
import { defaultRates, type Rates, type Visitor } from "./visitor.ts";

const limits = {
  // The longest text, all of it escaped, and what is around it.
  message: 16_384,
  messages: { perSecond: 20, burst: 100 },
  pingInterval: 15_000,
  pingTimeout: 10_000,
};

const pageOptions: PageOptions = {
  policy: "require-trusted-types-for 'script'; trusted-types 'none'",
  headers: {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
  },
  notFound: "Not found. The page is at /.\n",
};

/** How to start a server of the chat. */
export type ChatOptions = {
  host?: string;
  /** Default 0: any free one. */
  port?: number;
  /** Which web pages may connect: "same" (the default), "*" or a list of origins. */
  origin?: "same" | "*" | readonly string[];
  /** The folder of the built page. Default: the one beside the program. */
  page?: URL;
  rates?: Partial<Rates>;
  /** Milliseconds that a connection has to say hello. Default 10,000. */
  helloTime?: number;
  /** Connects this server with others: their rooms are one. */
  bus?: Bus;
};

/** A server of the chat that listens. */
export type ChatServer = {
  /** `ws://127.0.0.1:4646` */
  readonly url: string;
  /** What the page calls it. */
  readonly name: string;
  /** Everybody who is connected. */
  readonly connections: Iterable<Connection<Visitor>>;
  /** Closes the connections with 1001 and waits for the answers, at most `within` milliseconds. */
  close(within?: number): Promise<void>;
};

/**
 * Starts a server of the chat, and its page. Rejects when the address cannot be had, or with a BusError when the bus cannot be
 * reached: a server that is alone without knowing it is of no use.
 */
export async function startChat(options: ChatOptions = {}): Promise<ChatServer> {
  const { host = "127.0.0.1", port = 0, origin = "same", helloTime = 10_000, bus } = options;
  const request = await loadPage(options.page ?? new URL("page/", import.meta.url), pageOptions);
  const rooms = openRooms(bus, (state) => chat.setCluster(state));
  const chat = new Chat(rooms, { ...defaultRates, ...options.rates }, helloTime);
  try {
    await rooms.ready;
    const server = await serve({ host, port, origin, request, limits, handler: chat.handler });
    return {
      url: server.url,
      name: chat.name,
      connections: server.connections,
      async close(within = 10_000) {
        await server.close({ within });
        await rooms.close();
      },
    };
  } catch (error) {
    await rooms.close();
    throw error;
  }
}
