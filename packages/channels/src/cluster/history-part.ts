import type { PreparedMessage } from "@exws/frame";
import type { BroadcastResult } from "../broadcast-result.ts";
import type { BusLog } from "../bus-log.ts";
import type { Position } from "../history.ts";
import { type HistoryOptions, type ResolvedHistory, resolveHistory } from "../history-options.ts";
import type { ChannelsLimits } from "../limits.ts";
import type { Selection } from "../selection.ts";
import type { Published } from "./bus-link.ts";
import type { Envelope } from "./envelope.ts";
import type { Kind } from "./kind.ts";
import { decodeEntry, decodePlaced, encodeEntry } from "./log-entry.ts";
import type { BusNode } from "./node.ts";
import type { NodePart } from "./part.ts";
import { SharedChannel, type SharedContext, type SharedOwner } from "./shared-channel.ts";
import { SharedLog } from "./shared-log.ts";

/** What {@link HistoryPart} is made with. */
export type HistoryPartOptions = {
  readonly log: BusLog;
  /** Which channels have a history. */
  readonly history: (id: string) => HistoryOptions | undefined;
  readonly limits: ChannelsLimits;
  readonly owner: SharedOwner;
};

/** History across nodes as a part of a node: the channels with history that have members here, and what is broadcast in any. */
export class HistoryPart implements NodePart {
  readonly kinds: readonly Kind[] = ["entry"];
  readonly #node: BusNode;
  readonly #options: HistoryPartOptions;
  readonly #context: SharedContext;
  readonly #channels = new Map<string, SharedChannel>();
  readonly #subscribed = new Set<string>();
  readonly #stopRounds: () => void;
  #number = 0;

  constructor(node: BusNode, options: HistoryPartOptions) {
    const { limits, owner } = options;
    this.#node = node;
    this.#options = options;
    this.#context = {
      node,
      owner,
      log: new SharedLog(node, options.log, {
        late: (id, position) => this.#channels.get(id)?.reach(position),
        refused: (error) => owner.report(error),
      }),
      gate: { items: limits.waitingEntries, bytes: limits.waitingBytes },
      held: { messages: limits.heldMessages, bytes: limits.heldBytes },
    };
    this.#stopRounds = node.clock.every(node.options.heartbeat / 2, () => this.#round());
    node.add(this);
  }

  /** How the history of a channel is kept; `undefined` where it is not. Throws what the option throws. */
  optionsOf(id: string): ResolvedHistory | undefined {
    const existing = this.#channels.get(id)?.options;
    if (existing !== undefined) return existing;
    const options = this.#options.history(id);
    return options && resolveHistory(options);
  }

  /** A channel has members here; `undefined` when it has no history. */
  enter(id: string): SharedChannel | undefined {
    const existing = this.#channels.get(id);
    if (existing !== undefined) return existing;
    const options = this.optionsOf(id);
    if (options === undefined) return undefined;
    const channel = new SharedChannel(id, options, this.#context);
    this.#channels.set(id, channel);
    return channel;
  }

  /** A channel is being subscribed to, until `settled` resolves; or will not be. */
  async follow(id: string, settled: Promise<void> | undefined): Promise<void> {
    const channel = this.#channels.get(id);
    await settled;
    if (!this.#subscribed.has(id)) channel?.giveUp();
  }

  /** The last member of a channel has left. What is under way in it goes on until it is unsubscribed. */
  leave(id: string): void {
    this.#channels.get(id)?.empty();
    if (this.#node.state === "closed") this.unsubscribed(id);
  }

  /** Where members of a channel are. */
  position(id: string): Position | undefined {
    return this.#channels.get(id)?.position;
  }

  /** Whether too many broadcasts of this node wait for the log of a channel. */
  isFull(id: string): boolean {
    const { length = 0, bytes = 0 } = this.#channels.get(id)?.backlog ?? {};
    const { backlogBroadcasts, backlogBytes } = this.#options.limits;
    return length > 0 && (length >= backlogBroadcasts || bytes >= backlogBytes);
  }

  /** Broadcasts in a channel with history. Never rejects. */
  broadcast(
    id: string,
    message: PreparedMessage,
    options: ResolvedHistory,
    selection: Selection,
    result: BroadcastResult,
  ): Promise<Published> {
    const number = ++this.#number;
    const channel = this.#channels.get(id);
    if (channel !== undefined) return channel.broadcast(number, message, selection, result);
    result.finish();
    return this.#append(id, encodeEntry({ node: this.#node.id, number }, message), options, result);
  }

  hear({ body }: Envelope, id: string | undefined): boolean {
    const placed = decodePlaced(body);
    if (placed === undefined || id === undefined) return false;
    const { position, entry } = placed;
    const channel = this.#channels.get(id);
    if (entry.length === 0) {
      channel?.reach(position);
      return true;
    }
    const decoded = decodeEntry(entry);
    if (decoded === undefined) return false;
    this.#node.counts.received++;
    channel?.offer(position, decoded, entry.length);
    return true;
  }

  subscribed(id: string): void {
    this.#subscribed.add(id);
    void this.#channels.get(id)?.open();
  }

  unsubscribed(id: string): void {
    this.#subscribed.delete(id);
    const channel = this.#channels.get(id);
    this.#channels.delete(id);
    channel?.end();
  }

  up(): void {
    for (const id of this.#subscribed) void this.#channels.get(id)?.open();
  }

  close(): void {
    this.#stopRounds();
    if (this.#node.state === "up") this.#context.log.retell(0);
  }

  #round(): void {
    if (this.#node.state !== "up") return;
    for (const [id, channel] of this.#channels) channel.round(this.#subscribed.has(id));
    this.#context.log.retell(this.#node.options.heartbeat / 2);
  }

  async #append(
    id: string,
    entry: Uint8Array,
    options: ResolvedHistory,
    result: BroadcastResult,
  ): Promise<Published> {
    const appended = await this.#context.log.append(id, entry, options);
    if (!appended.ok) return appended;
    result.place(appended.position);
    return { ok: true };
  }
}
