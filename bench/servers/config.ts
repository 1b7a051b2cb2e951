/** What a server is to do; it comes as JSON in the first argument. */
export type ServerConfig = {
  /** `echo`: every message goes back as it came. `broadcast`: a message "16" makes the server send 16 to everybody. */
  mode: "echo" | "broadcast";
  type: "text" | "binary";
  /** Bytes of a broadcast message. */
  size: number;
  /** Members may be behind: whoever has more than `maxWaiting` bytes waiting misses messages. */
  slow: boolean;
  /** Processes that share the port, and the engine between them with its port on 127.0.0.1. */
  nodes: number;
  engine?: { name: "redis" | "nats"; port: number };
  /** Agree to permessage-deflate and compress everything. */
  deflate: boolean;
};

/** The configuration of this process. */
export const config: ServerConfig = JSON.parse(process.argv[2] ?? "{}");

/** The largest message, the same for everybody: 64 MiB. */
export const maxMessage: number = 64 * 1024 * 1024;

/** The bytes that may wait for a slow reader, the same for everybody: 1 MiB. */
export const maxWaiting: number = 1024 * 1024;
