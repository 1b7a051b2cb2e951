import type { ServerConfig } from "../servers/config.ts";
import type { Scenario } from "./scenario.ts";

/** A server that can be measured. */
export type Peer = {
  /** Names it on the command line and in the results. */
  readonly name: string;
  /** What it is, with the version: `ws 8.23.0 (bufferutil 4.1.0)`. */
  readonly label: string;
  /** Speaks WebSocket, or sends bytes back without looking at them: a floor. */
  readonly speaks: "websocket" | "bytes" | "socket.io";
  /** Whether it can take part. */
  takes(scenario: Scenario): boolean;
  /** The program and its arguments. */
  command(config: ServerConfig, exposeGc: boolean): string[];
};

/** A server that cannot be measured here, and why. */
export type Missing = { readonly name: string; readonly why: string };
