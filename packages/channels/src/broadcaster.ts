import { BroadcastResult } from "./broadcast-result.ts";
import { BusError } from "./bus-error.ts";
import type { Channel } from "./channel.ts";
import type { HistoryPart } from "./cluster/history-part.ts";
import type { Messages } from "./cluster/messages.ts";
import type { Deliverer } from "./deliverer.ts";
import type { HistoryStore } from "./history-store.ts";
import { checkData, type Data, prepare } from "./message.ts";
import type { Roster } from "./roster.ts";
import { type BroadcastOptions, type Selection, selectionOf } from "./selection.ts";

/** What a broadcaster works with. */
export type BroadcasterContext = {
  readonly roster: Roster;
  readonly deliverer: Deliverer;
  /** The histories of this process, if there are any. */
  readonly histories: HistoryStore | undefined;
  /** Messages for other nodes, and histories in the log of the bus, where there is one. */
  readonly cluster: { readonly messages: Messages; readonly history: HistoryPart | undefined } | undefined;
};

/** Sends messages to members: those of this process, those of other nodes, and those who will ask for what they missed. */
export class Broadcaster {
  readonly #context: BroadcasterContext;

  constructor(context: BroadcasterContext) {
    this.#context = context;
  }

  /** Sends a message to all who are members now. With a bus the id is a string that can be shared. */
  broadcast(id: unknown, data: Data, options: BroadcastOptions): BroadcastResult {
    checkData(data);
    const { roster, deliverer, histories } = this.#context;
    const selection = selectionOf(options);
    const cluster = options.local === true ? undefined : this.#context.cluster;
    if (cluster !== undefined && selection.filter !== undefined) {
      throw new TypeError("A filter cannot be asked by other nodes: it needs local: true");
    }
    const history = options.history === false ? undefined : histories?.open(id);
    if (history !== undefined && selection.filter !== undefined) {
      throw new TypeError("A broadcast with a filter cannot be replayed: it needs history: false");
    }
    const channel = roster.channels.get(id);
    const shards = channel === undefined ? 1 : deliverer.shards(id);
    if (channel !== undefined && deliverer.isFull(channel)) return refused(channel);
    if (cluster?.history !== undefined && options.history !== false) {
      const logged = log(cluster.history, id as string, data, selection, channel);
      if (logged !== undefined) return logged;
    }
    const kept = history && histories!.add(history, data);
    const result = new BroadcastResult(channel?.members.size ?? 0, kept?.position);
    if (channel === undefined && cluster === undefined) return result;
    const message = kept?.message ?? prepare(data);
    // Sent first: what members broadcast when they are given it comes behind it on other nodes, too. Nothing waits for the bus.
    if (cluster !== undefined) result.publish(cluster.messages.send(id as string, message));
    if (channel !== undefined) deliverer.deliver(channel, message, result, selection, shards);
    return result;
  }
}

/** Broadcasts in a channel whose history is in the log of the bus; `undefined` for another. */
function log(
  history: HistoryPart,
  id: string,
  data: Data,
  selection: Selection,
  channel: Channel | undefined,
): BroadcastResult | undefined {
  const options = history.optionsOf(id);
  if (options === undefined) return undefined;
  if (channel !== undefined && history.isFull(id)) return refused(channel);
  const result = new BroadcastResult(channel?.members.size ?? 0, undefined);
  result.publish(history.broadcast(id, prepare(data), options, selection, result));
  return result;
}

/** Too much waits in the channel: nobody gets it, and everybody counts. */
function refused(channel: Channel): BroadcastResult {
  const result = new BroadcastResult(0, undefined);
  result.dropped = channel.members.size;
  const error = new BusError("overloaded", "Too much waits in the channel (limits.backlog…)");
  result.publish(Promise.resolve({ ok: false, error }));
  return result;
}
