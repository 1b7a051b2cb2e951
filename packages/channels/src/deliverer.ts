import type { PreparedMessage } from "@exws/frame";
import type { BroadcastResult } from "./broadcast-result.ts";
import type { Channel } from "./channel.ts";
import { Delivery } from "./delivery.ts";
import { FanOut } from "./fan-out.ts";
import type { HookQueue } from "./hook-queue.ts";
import type { ResolvedOptions } from "./options.ts";
import type { Selection } from "./selection.ts";

/** Brings messages to the members of channels: at once or in slices, in order, within the bounds of what may wait. */
export class Deliverer {
  readonly #options: ResolvedOptions;
  readonly #hooks: HookQueue;
  readonly #fanOut: FanOut;

  constructor(options: ResolvedOptions, hooks: HookQueue) {
    this.#options = options;
    this.#hooks = hooks;
    this.#fanOut = new FanOut((begins) => (begins ? hooks.hold() : hooks.release()));
  }

  /** In how many slices a channel is served now. Throws a RangeError for what the option returns. */
  shards(id: unknown): number {
    const shards = this.#options.shards(id);
    if (Number.isSafeInteger(shards) && shards >= 1) return shards;
    throw new RangeError("shards must return a whole number from 1 on");
  }

  /** Too much waits in the channel. */
  isFull({ backlog }: Channel): boolean {
    const { backlogBroadcasts, backlogBytes } = this.#options.limits;
    return backlog.length > 0 && (backlog.length >= backlogBroadcasts || backlog.bytes >= backlogBytes);
  }

  /** Gives a message to all who are members now and are selected; `result` fills in. */
  deliver(
    channel: Channel,
    message: PreparedMessage,
    result: BroadcastResult,
    selection: Selection,
    shards: number,
  ): void {
    const delivery = new Delivery(message, channel.end, result, selection, this.#hooks);
    if (shards > 1 || channel.isBusy) {
      const queue = channel.enqueue(delivery, shards);
      if (queue !== undefined) this.#fanOut.add(queue);
      return;
    }
    this.#hooks.hold();
    channel.serve(delivery);
    this.#hooks.release();
  }
}
