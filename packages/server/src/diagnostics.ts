import { type Channel, channel } from "node:diagnostics_channel";

/**
 * What happens in a server, for tracing and metrics: subscribe with `node:diagnostics_channel`. Costs nothing while nobody
 * listens.
 *
 * - `exws:open` `{ connection }`: a handshake was accepted.
 * - `exws:reject` `{ request, code, status }`: a handshake was refused; `request` is absent when it could not be read.
 * - `exws:close` `{ connection, info }`: a connection is gone.
 * - `exws:error` `{ error, connection }`: a callback threw or rejected; `connection` is absent outside of one.
 *
 * And for who looks after the process, as `@exws/supervise` does in its workers:
 *
 * - `exws:start` `{ server }`: a server was made. `exws:stop` `{ server }`: it is closed, and its last connection gone.
 * - `exws:listen` `{ listener, options, claim }`: `serve` is about to listen. Who calls `claim()` makes `listener` listen, or
 *   emit `error`, itself.
 */
export const diagnostics: Readonly<
  Record<"open" | "reject" | "close" | "error" | "start" | "stop" | "listen", Channel>
> = {
  open: channel("exws:open"),
  reject: channel("exws:reject"),
  close: channel("exws:close"),
  error: channel("exws:error"),
  start: channel("exws:start"),
  stop: channel("exws:stop"),
  listen: channel("exws:listen"),
};
