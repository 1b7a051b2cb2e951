import type { CloseInfo } from "./close-info.ts";
import type { Connection } from "./connection.ts";
import type { DeadlineWheel } from "./deadline-wheel.ts";
import type { DecoderPool } from "./decoder-pool.ts";
import type { Handler } from "./handler.ts";
import type { Incoming } from "./incoming.ts";
import type { Limits } from "./limits.ts";
import type { OutboxOptions } from "./outbox.ts";
import type { Stats } from "./stats.ts";
import type { TurnWriter } from "./turn-writer.ts";

/** What all connections of one server share. */
export interface ServerContext<State> {
  readonly handler: Handler<State>;
  readonly limits: Limits;
  /** The time limits in ticks of the wheel. */
  readonly ticks: Ticks;
  readonly wheel: DeadlineWheel;
  readonly incoming: Incoming;
  readonly writer: TurnWriter;
  readonly stats: Stats;
  /** The decoders for connections whose extension uses these reserved bits. */
  readonly decodersFor: (rsv: number) => DecoderPool;
  readonly outbox: OutboxOptions;
  /** Tells the application of an error in one of its callbacks. Never throws. */
  report(error: unknown, connection: Connection<State> | undefined): void;
  /** A connection is gone for good. */
  onClosed(connection: Connection<State>, info: CloseInfo): void;
}

/** The limits of time, in ticks. */
export type Ticks = Readonly<
  Record<
    | "handshakeTimeout"
    | "messageTimeout"
    | "pingInterval"
    | "pingTimeout"
    | "idleTimeout"
    | "lifetime"
    | "closeTimeout"
    | "lingerTimeout"
    | "stallTimeout",
    number
  >
>;
