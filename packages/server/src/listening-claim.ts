import type { Server as Listener, ListenOptions } from "node:net";
import { diagnostics } from "./diagnostics.ts";

/**
 * Asks on `exws:listen` whether somebody makes this listener listen in our place: the supervisor of this process, who has the
 * port already. It has to emit `listening` or `error`, as ever.
 */
export function isClaimed(listener: Listener, options: ListenOptions): boolean {
  if (!diagnostics.listen.hasSubscribers) return false;
  let claimed = false;
  const claim = (): void => {
    claimed = true;
  };
  diagnostics.listen.publish({ listener, options, claim });
  return claimed;
}
