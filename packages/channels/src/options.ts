import type { Bus } from "./bus.ts";
import type { BusError } from "./bus-error.ts";
import type { AnyMetaOf, IdOf } from "./channel-types.ts";
import {
  type ClusterOptions,
  checkBus,
  checkHistory,
  type ResolvedCluster,
  resolveCluster,
} from "./cluster/options.ts";
import type { HistoryOptions } from "./history-options.ts";
import { type ChannelsLimits, resolveLimits } from "./limits.ts";
import type { PresenceDiff } from "./presence.ts";
import type { Subscriber } from "./subscriber.ts";

/** How presence is kept. */
export type PresenceOptions<Types = unknown, Member extends Subscriber = Subscriber> = {
  /**
   * Who a member is. Members of one channel with the same key (compared as the keys of a Map are) count as one; `undefined` keeps
   * a member from being shown. Runs at join, and again when meta is replaced; what it throws `join` throws.
   */
  key: (member: Member, meta: AnyMetaOf<Types>, id: IdOf<Types>) => unknown;
  /**
   * Is told who came, went or changed in a channel: at most once a turn of the event loop, behind it. With a bus it is told on each
   * node, of the people of all, for channels with members here: who broadcasts it does so with `local: true`.
   */
  onChange?: (id: IdOf<Types>, diff: PresenceDiff<AnyMetaOf<Types>>) => void;
};

/** Messages of other nodes that did not come. */
export type Gap<Types = unknown> = {
  /** The channel. */
  readonly id: IdOf<Types>;
  /** The node that sent them; `undefined` for messages of a history, whoever sent them: its log has forgotten them. */
  readonly from: string | undefined;
  /** How many. */
  readonly lost: number;
};

/**
 * Options of {@link Channels}. Hooks run one after another, in the order of what happened: behind the call that caused it, never
 * within a broadcast or another hook. What they throw, or reject with, goes to `onError`.
 */
export type ChannelsOptions<Types = unknown, Member extends Subscriber = Subscriber> = {
  /**
   * In how many slices the members of a channel are served, a slice a turn of the event loop, and never more than 500 a turn. 1,
   * the default, serves all of them at once, within `broadcast`. Asked at each broadcast: it may change.
   */
  shards?: (id: IdOf<Types>) => number;
  /** Somebody has joined. Not called for a join that changed nothing or meta alone. */
  onJoin?: (id: IdOf<Types>, member: Member, meta: AnyMetaOf<Types>) => void;
  /** Somebody has left, by `leave`, `leaveAll` or the end of its connection. */
  onLeave?: (id: IdOf<Types>, member: Member, meta: AnyMetaOf<Types>) => void;
  /** The last member has left; the call follows `onLeave`. */
  onEmpty?: (id: IdOf<Types>) => void;
  /**
   * Is told what a hook, a filter or a member's `write` threw; with a bus also that the engine refuses a subscription or a log (once,
   * until it keeps one), or that a person cannot be told to others. Default: prints it.
   */
  onError?: (error: unknown) => void;
  /** Keeps presence. Default: not kept, and costs nothing. */
  presence?: PresenceOptions<Types, Member>;
  /**
   * Says which channels have a history, and how long a one: with a bus, the same on all nodes, for it is kept in the log of the bus.
   * Asked when it begins. Default: none has.
   */
  history?: (id: IdOf<Types>) => HistoryOptions | undefined;
  limits?: Partial<ChannelsLimits>;
  /**
   * Connects this process with others: channels of the same name are one. Names are strings then, and keys of presence. It is
   * opened here, and closed by `close`.
   */
  bus?: Bus;
  /** How this process behaves among others; only with `bus`. */
  cluster?: ClusterOptions;
  /** The bus is up, for the first time or again, or down, and why. */
  onBus?: (state: "up" | "down", error?: BusError) => void;
  /** Messages of another node were lost on their way here. Runs before the message behind the hole is delivered. */
  onGap?: (gap: Gap<Types>) => void;
};

type Typeless = ChannelsOptions<unknown, Subscriber>;

/** The same, checked and complete. */
export type ResolvedOptions = Pick<
  Typeless,
  "onJoin" | "onLeave" | "onEmpty" | "onBus" | "onGap" | "presence" | "history" | "bus"
> & {
  readonly shards: (id: unknown) => number;
  readonly onError: (error: unknown) => void;
  readonly limits: ChannelsLimits;
  readonly cluster: ResolvedCluster;
};

const functions = ["shards", "onJoin", "onLeave", "onEmpty", "onError", "history", "onBus", "onGap"] as const;
const names: readonly string[] = [...functions, "presence", "limits", "bus", "cluster"];

/** Checks options and fills in the defaults. Throws a TypeError or RangeError that names the option. */
export function resolveOptions(options: Typeless): ResolvedOptions {
  if (typeof options !== "object" || options === null) throw new TypeError("options must be an object");
  for (const name of Object.keys(options)) {
    if (!names.includes(name)) throw new TypeError(`${name} is not an option`);
  }
  for (const name of functions) {
    const value: unknown = options[name];
    if (value !== undefined && typeof value !== "function") throw new TypeError(`${name} must be a function`);
  }
  checkPresence(options.presence);
  const { shards = () => 1, onError = print, bus, history } = options;
  if (bus !== undefined) checkBus(bus);
  else if (options.cluster !== undefined) throw new TypeError("cluster needs a bus");
  if (bus !== undefined) checkHistory(history, bus);
  const cluster = resolveCluster(options.cluster);
  return { ...options, shards, onError, limits: resolveLimits(options.limits), cluster };
}

function checkPresence(presence: unknown): void {
  if (presence === undefined) return;
  const { key, onChange } = (presence ?? {}) as Record<string, unknown>;
  if (typeof key !== "function") throw new TypeError("presence: key must be a function");
  if (onChange !== undefined && typeof onChange !== "function") {
    throw new TypeError("presence: onChange must be a function");
  }
}

function print(error: unknown): void {
  console.error(error);
}
