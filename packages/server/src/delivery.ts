import type { Connection } from "./connection.ts";
import type { Handler } from "./handler.ts";
import type { Said } from "./incoming.ts";

/** What a callback of a handler is called for. */
export type Delivery = Said | { readonly type: "open" };

/** Calls the callback that a delivery is for; it has to be there. */
export function deliver<State>(
  handler: Handler<State>,
  connection: Connection<State>,
  delivery: Delivery,
): unknown {
  switch (delivery.type) {
    case "text":
      return handler.message!(connection, delivery.data);
    case "binary":
      if (handler.message !== undefined) return handler.message(connection, delivery.data);
      return handler.raw!(connection, delivery.data, "binary");
    case "text-bytes":
      return handler.raw!(connection, delivery.data, "text");
    case "ping":
      return handler.ping!(connection, delivery.data);
    case "pong":
      return handler.pong!(connection, delivery.data);
    case "open":
      return handler.open!(connection);
  }
}
