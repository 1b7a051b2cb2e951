import type { PreparedMessage } from "@exws/frame";
import type { Bus } from "./bus.ts";
import type { BusError } from "./bus-error.ts";
import { checkId, checkShared } from "./channel-id.ts";
import type { IdOf } from "./channel-types.ts";
import type { Published } from "./cluster/bus-link.ts";
import type { NodeCounts } from "./cluster/counts.ts";
import type { ChannelsHealth } from "./cluster/health.ts";
import { encodeEntry } from "./cluster/log-entry.ts";
import { BusNode } from "./cluster/node.ts";
import { type ClusterOptions, checkBus, checkHistory, resolveCluster } from "./cluster/options.ts";
import { SharedLog } from "./cluster/shared-log.ts";
import { type HistoryOptions, type ResolvedHistory, resolveHistory } from "./history-options.ts";
import { HookQueue } from "./hook-queue.ts";
import { defaultLimits } from "./limits.ts";
import { type Data, prepare } from "./message.ts";
import type { BroadcastOptions } from "./selection.ts";

/** Options of {@link publisher}. */
export type PublisherOptions = {
  /** As for `Channels`. Use the same `heartbeat`. */
  cluster?: ClusterOptions;
  /** As for `Channels`, and the same: which channels have a history. What is broadcast there goes into the log of the bus. */
  history?: (id: string) => HistoryOptions | undefined;
  /** Bytes of a channel's name; over it the call throws a RangeError. Default 200. */
  idBytes?: number;
  /** The bus is up, for the first time or again, or down, and why. */
  onBus?: (state: "up" | "down", error?: BusError) => void;
  /** Is told what a hook has thrown, or that the bus could not be opened when nobody asked for `ready`. Default: prints it. */
  onError?: (error: unknown) => void;
};

/** Broadcasts from a process that has no members: a job, a web request, a script. */
export class Publisher<Types = unknown> {
  readonly #node: BusNode;
  readonly #idBytes: number;
  readonly #history: PublisherOptions["history"];
  readonly #log: SharedLog | undefined;
  #stopRounds = (): void => {};
  #number = 0;

  /** For {@link publisher}. */
  constructor(bus: Bus, options: PublisherOptions) {
    const { cluster, history, idBytes, onBus, onError } = checkOptions(options);
    checkBus(bus);
    checkHistory(history, bus);
    this.#idBytes = idBytes;
    const hooks = new HookQueue(onError);
    this.#node = new BusNode(
      bus,
      resolveCluster(cluster),
      {
        changed: (state, error) => onBus && hooks.add(() => onBus(state, error)),
        failed: (error) => hooks.report(error),
      },
      true,
    );
    this.#history = history;
    if (history === undefined || bus.log === undefined) return;
    const log = new SharedLog(this.#node, bus.log, {
      late: () => {},
      refused: (error) => hooks.report(error),
    });
    const quiet = this.#node.options.heartbeat / 2;
    this.#log = log;
    this.#stopRounds = this.#node.clock.every(quiet, () => log.retell(quiet));
  }

  /** As of `Channels`: resolves when the bus is connected, rejects when the first attempt fails (unless `startLocally`). */
  get ready(): Promise<void> {
    return this.#node.ready;
  }

  /**
   * Sends a message to the members of a channel on all nodes. Resolves when the bus has it, or with the error; never rejects.
   * Throws a TypeError or RangeError for an id or data that cannot be sent. `history: false` keeps it out of the history.
   */
  broadcast(
    id: IdOf<Types>,
    data: Data,
    options: Pick<BroadcastOptions, "history"> = {},
  ): Promise<Published> {
    checkShared(id);
    checkId(id, this.#idBytes);
    const message = prepare(data);
    const history = options.history === false ? undefined : this.#history?.(id);
    if (history !== undefined) return this.#append(id, message, resolveHistory(history));
    return this.#node.say(id, message.type, message.payload);
  }

  /** How it is connected. */
  health(): ChannelsHealth {
    const { state, error, id, peers } = this.#node;
    return { bus: state, error, node: id, nodes: peers.nodes };
  }

  /** What has happened since the beginning. */
  stats(): Readonly<NodeCounts> {
    return { ...this.#node.counts };
  }

  /** Tells how far it went, and closes the bus. Never rejects. */
  close(): Promise<void> {
    this.#stopRounds();
    this.#log?.retell(0);
    return this.#node.close();
  }

  async #append(id: string, message: PreparedMessage, history: ResolvedHistory): Promise<Published> {
    const entry = encodeEntry({ node: this.#node.id, number: ++this.#number }, message);
    const appended = await this.#log!.append(id, entry, history);
    return appended.ok ? { ok: true } : appended;
  }
}

/**
 * Opens a bus to broadcast over it without being a node: others do not ask it, and do not miss it when it is gone. Order and
 * losses are kept track of like those of a node. Throws a TypeError or RangeError that names the option.
 */
export function publisher<Types = unknown>(bus: Bus, options: PublisherOptions = {}): Publisher<Types> {
  return new Publisher(bus, options);
}

const names: readonly string[] = ["cluster", "history", "idBytes", "onBus", "onError"];

function checkOptions(options: PublisherOptions) {
  if (typeof options !== "object" || options === null) throw new TypeError("options must be an object");
  for (const name of Object.keys(options)) {
    if (!names.includes(name)) throw new TypeError(`${name} is not an option`);
  }
  const { idBytes = defaultLimits.idBytes, onError = print, onBus, ...rest } = options;
  if (typeof idBytes !== "number") throw new TypeError("idBytes must be a number");
  if (idBytes !== Number.POSITIVE_INFINITY && !(Number.isSafeInteger(idBytes) && idBytes >= 0)) {
    throw new RangeError("idBytes must be a whole number, or Infinity");
  }
  for (const [name, value] of [["onError", onError] as const, ["onBus", onBus] as const]) {
    if (value !== undefined && typeof value !== "function") throw new TypeError(`${name} must be a function`);
  }
  return { ...rest, idBytes, onError, onBus };
}

function print(error: unknown): void {
  console.error(error);
}
