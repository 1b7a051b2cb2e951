import type { PreparedMessage } from "@exws/frame";
import type { BroadcastResult } from "../broadcast-result.ts";
import { BusError } from "../bus-error.ts";
import type { LogReading } from "../bus-log.ts";
import type { HeldBounds } from "../held.ts";
import type { Position, Since } from "../history.ts";
import type { ResolvedHistory } from "../history-options.ts";
import { JoinResult } from "../join-result.ts";
import type { Membership } from "../membership.ts";
import { everybody, type Selection } from "../selection.ts";
import type { Published } from "./bus-link.ts";
import { KeptHistory } from "./kept-history.ts";
import { decodeEntry, encodeEntry, type LogEntry } from "./log-entry.ts";
import type { BusNode } from "./node.ts";
import { type GateBounds, OffsetGate } from "./offset-gate.ts";
import { type Own, OwnBroadcasts } from "./own-broadcasts.ts";
import type { SharedLog } from "./shared-log.ts";
import { Stragglers } from "./stragglers.ts";

/** What a channel with history needs of the channels that it is one of. */
export interface SharedOwner {
  /** Gives a message to the members of this node who are selected; `result` fills in. */
  serve(
    id: string,
    message: PreparedMessage,
    result: BroadcastResult | undefined,
    selection: Selection,
  ): void;
  /** The sequence of the next who joins. */
  end(id: string): number;
  /** Those who joined before the sequence was there. */
  before(id: string, end: number): ReadonlySet<unknown>;
  /** Gives messages to one member, until one is not on its way any more; tells how many are. */
  replay(membership: Membership, messages: readonly PreparedMessage[]): number;
  /** Entries were lost that nobody can have any more. */
  gap(id: string, lost: number): void;
  report(error: unknown): void;
}

/** What a {@link SharedChannel} works with. */
export type SharedContext = {
  readonly node: BusNode;
  readonly log: SharedLog;
  readonly owner: SharedOwner;
  readonly gate: GateBounds;
  readonly held: HeldBounds;
};

/** Milliseconds that an entry may take longer than the one behind it before the log is asked for it. */
const patience = 50;

/**
 * A channel with history that has members on this node. What is in its log is given to them in the order of the log, by whomever it
 * was broadcast. When the log cannot be reached, own broadcasts are given to own members alone, with positions that nothing is
 * ever recovered from.
 */
export class SharedChannel {
  /** How its history is kept. */
  readonly options: ResolvedHistory;
  /** Resolves when it is known where the log is, or that this cannot be found out now. */
  readonly #opened: Promise<void>;
  readonly #id: string;
  readonly #context: SharedContext;
  readonly #own: OwnBroadcasts;
  readonly #stragglers: Stragglers;
  readonly #kept: KeptHistory;
  /** Where members are by what was not in the log. */
  #local: Position = { epoch: `local-${crypto.randomUUID()}`, offset: 0 };
  #resolveOpened = (): void => {};
  #gate: OffsetGate<LogEntry | undefined> | undefined;
  /** Where the gate was opened. */
  #base: Position | undefined;
  /** A place that was told of before. */
  #early: Position | undefined;
  /** Members were given something behind this place that is not in the log. */
  #lossy: Position | undefined;
  /** Somebody reads what members missed. */
  #reading: Promise<unknown> | undefined;
  #isOpening = false;
  #isHealing = false;
  #isPatient = false;
  #hasEnded = false;

  constructor(id: string, options: ResolvedHistory, context: SharedContext) {
    const { owner, node, held } = context;
    this.#id = id;
    this.options = options;
    this.#context = context;
    this.#kept = new KeptHistory(options, this.#local, (error) => owner.report(error));
    this.#own = new OwnBroadcasts({
      give: (own, isLogged) => this.#give(own, isLogged),
      end: () => owner.end(id),
    });
    const position = () => this.position;
    const places = {
      get position() {
        return position();
      },
      replay: (membership: Membership, messages: readonly PreparedMessage[]) =>
        owner.replay(membership, messages),
    };
    this.#stragglers = new Stragglers(places, held, node.clock, node.options.queryTimeout);
    this.#opened = new Promise((resolve) => {
      this.#resolveOpened = resolve;
    });
  }

  /** The place behind what was given to members last; of no log as long as that is not known. */
  get position(): Position {
    return this.#gate?.position ?? this.#local;
  }

  /** How many own broadcasts wait for the log. */
  get backlog(): { readonly length: number; readonly bytes: number } {
    return this.#own.backlog;
  }

  /** The channel is subscribed to, or the bus is back: finds out where the log is. */
  async open(): Promise<void> {
    if (this.#gate !== undefined) {
      this.#gate.unread();
      return this.#heal();
    }
    if (this.#isOpening || this.#hasEnded) return;
    this.#isOpening = true;
    const reading = await this.#context.log.read(this.#id, undefined, this.options);
    this.#isOpening = false;
    if (reading !== undefined && !this.#hasEnded) {
      const { position } = reading;
      this.#base = position;
      this.#kept.restart(position);
      this.#gate = new OffsetGate(position, this.#context.gate, {
        pass: (position, entry) => this.#pass(position, entry),
        lose: (lost) => this.#lose(lost),
      });
      if (this.#early !== undefined) this.reach(this.#early);
    }
    this.#resolveOpened();
  }

  /** An entry was told of. One that comes before those in front of it need not mean that they are lost. */
  offer(position: Position, entry: LogEntry, bytes: number): void {
    if (this.#gate === undefined) {
      this.#early = position;
      return;
    }
    this.#gate.offer(position, entry, bytes);
    if (!this.#gate.isBehind || this.#isPatient) return;
    this.#isPatient = true;
    this.#context.node.clock.after(patience, () => {
      this.#isPatient = false;
      void this.#heal();
    });
  }

  /** The log was told to be at a place. */
  reach(position: Position): void {
    if (this.#gate === undefined) this.#early = position;
    else {
      this.#gate.reach(position);
      void this.#heal();
    }
  }

  /** Looks after what is missing, and what is too old. */
  round(isSubscribed: boolean): void {
    this.#kept.expire(this.#context.node.clock.now());
    if (this.#gate !== undefined) void this.#heal();
    else if (isSubscribed) void this.open();
  }

  /** The last member has left: whoever comes has been given nothing. */
  empty(): void {
    this.#own.empty();
    this.#stragglers.empty();
  }

  /** The channel cannot be subscribed to: its log is not followed. */
  giveUp(): void {
    this.#resolveOpened();
  }

  /** Nobody is here any more. */
  end(): void {
    this.#hasEnded = true;
    this.#resolveOpened();
    this.#stragglers.end();
    this.#own.end();
  }

  /** Broadcasts: members get it when it is in the log, or cannot be. */
  async broadcast(
    number: number,
    message: PreparedMessage,
    selection: Selection,
    result: BroadcastResult,
  ): Promise<Published> {
    const { node, log } = this.#context;
    const own = this.#own.add(number, message, selection, result);
    let { obstacle } = log;
    if (obstacle === undefined && this.#gate === undefined) {
      await this.#untilOpened();
      if (this.#gate === undefined) obstacle = log.obstacle ?? noLog();
    }
    if (obstacle !== undefined) {
      node.counts.unpublished++;
      this.#own.settle(own, obstacle, false);
      return { ok: false, error: obstacle };
    }
    const entry = encodeEntry({ node: node.id, number }, message);
    const appended = await log.append(this.#id, entry, this.options);
    if (!appended.ok) {
      this.#own.settle(own, appended.error, appended.error.code === "unavailable");
      return own.hasPassed ? { ok: true } : appended;
    }
    const { position } = appended;
    result.place(position);
    this.#own.settle(own, position, false);
    if (!this.#hasEnded) this.offer(position, { node: node.id, number, message }, entry.length);
    return { ok: true };
  }

  /** A member has come: gives it what it missed. */
  welcome(membership: Membership, since: unknown): JoinResult {
    const { position } = this;
    const isOpen = this.#gate !== undefined;
    if (since === undefined) {
      const result = new JoinResult("joined", isOpen ? position : undefined);
      if (!isOpen) result.after(this.#opened.then(() => result.settle(this.#base ?? this.position)));
      return result;
    }
    const place = placeOf(since);
    const isPossible = place !== undefined && (!isOpen || this.#mayRecover(place));
    if (!isPossible) return new JoinResult("joined", position, false);
    const { node, log, owner } = this.#context;
    const missed = isOpen ? this.#kept.since(place, node.clock.now(), position) : undefined;
    if (missed !== undefined) {
      const replayed = owner.replay(membership, missed);
      const status = membership.hasEnded ? "closed" : "joined";
      return new JoinResult(status, position, replayed === missed.length, replayed);
    }
    if (log.obstacle !== undefined) return new JoinResult("joined", position, false);
    const base = () => (isOpen ? position : this.#base);
    const was = place === "oldest" ? undefined : place;
    return this.#stragglers.wait({ membership, place: was, base, missed: this.#missed(place, base) });
  }

  /** Waits for the log to be found, no longer than for any other answer: the bus may have gone down before it was subscribed to. */
  async #untilOpened(): Promise<void> {
    const { clock, options } = this.#context.node;
    let cancel = (): void => {};
    const late = new Promise<void>((resolve) => {
      cancel = clock.after(options.queryTimeout, resolve);
    });
    await Promise.race([this.#opened, late]);
    cancel();
  }

  async #heal(): Promise<void> {
    const gate = this.#gate;
    if (gate === undefined || this.#isHealing) return;
    this.#isHealing = true;
    while (gate.isBehind && !this.#hasEnded && this.#context.node.state === "up") {
      gate.read();
      const reading = await this.#read(gate.position);
      if (reading === undefined) {
        gate.unread();
        break;
      }
      if (this.#hasEnded) break;
      gate.fill(reading.position, reading.entries?.map(decodeEntry));
      this.#own.forget(gate.position);
    }
    this.#isHealing = false;
  }

  /** What is behind a place, or in another log from its beginning. */
  async #read(after: Position): Promise<LogReading | undefined> {
    const { log } = this.#context;
    const reading = await log.read(this.#id, after, this.options);
    const epoch = reading?.position.epoch;
    if (epoch === undefined || epoch === after.epoch) return reading;
    return log.read(this.#id, { epoch, offset: 0 }, this.options);
  }

  /** What is in the log between a place, or its beginning, and where a member gets everything. */
  async #missed(
    place: Since,
    base: () => Position | undefined,
  ): Promise<readonly PreparedMessage[] | undefined> {
    if (this.#gate === undefined) await this.#opened;
    // Those who come back together have missed the same: one reads it for all.
    while (this.#reading !== undefined) await this.#reading;
    const end = base();
    if (end?.epoch !== this.position.epoch || !this.#mayRecover(place)) return undefined;
    const kept = this.#kept.since(place, this.#context.node.clock.now(), end);
    if (kept !== undefined) return kept;
    const reading = this.#context.log.read(this.#id, place, this.options);
    this.#reading = reading;
    const { position, entries } = (await reading) ?? {};
    this.#reading = undefined;
    if (entries === undefined || position?.epoch !== end.epoch || position.offset < end.offset)
      return undefined;
    if (!this.#mayRecover(place)) return undefined;
    const isOldest = place === "oldest";
    const from = isOldest ? { ...position, offset: position.offset - entries.length } : place;
    return this.#kept.adopt(from, entries, end, isOldest, this.#context.node.clock.now());
  }

  /** Whether all that members were given since a place may be in the log. */
  #mayRecover(place: Since): boolean {
    // What is not in the log is not kept.
    if (place === "oldest") return true;
    const { epoch, offset } = place;
    if (epoch !== this.position.epoch) return false;
    return this.#lossy?.epoch !== epoch || offset > this.#lossy.offset;
  }

  /** Gives own members a broadcast that has not come from the log. */
  #give(own: Own, isLogged: boolean): void {
    this.#local = { ...this.#local, offset: this.#local.offset + 1 };
    this.#lossy = this.#gate?.position;
    if (!isLogged) own.result.place(this.#local);
    const message = this.#kept.stamped(own.message, this.#local);
    if (message === undefined || this.#hasEnded) own.result.finish();
    else this.#serve(message, this.#local, own.selection, own.result);
  }

  /** Entries are gone: what was kept before them is not what members miss. */
  #lose(lost: number): void {
    this.#kept.restart(this.position);
    this.#context.owner.gap(this.#id, lost);
  }

  /** The next entry of the log. */
  #pass(position: Position, entry: LogEntry | undefined): void {
    const { node } = this.#context;
    const isOwn = entry?.node === node.id;
    const own = isOwn ? this.#own.pass(entry.number, position) : undefined;
    const message = entry && this.#kept.stamped(entry.message, position);
    if (message === undefined) {
      if (entry === undefined) node.counts.foreign++;
      this.#kept.restart(position);
      own?.result.finish();
      return;
    }
    this.#kept.add(message, position, node.clock.now());
    if (own !== undefined) this.#serve(message, position, own.selection, own.result);
    else this.#serve(message, position, isOwn ? this.#newcomers(entry.number) : everybody, undefined);
  }

  /** Those who have not been given an entry of this node without the log. */
  #newcomers(number: number): Selection {
    const end = this.#own.takeGiven(number);
    if (end === undefined) return everybody;
    return { one: undefined, several: this.#context.owner.before(this.#id, end), filter: undefined };
  }

  #serve(
    message: PreparedMessage,
    position: Position,
    selection: Selection,
    result: BroadcastResult | undefined,
  ): void {
    const isPlain = this.#stragglers.isEmpty;
    const selected = isPlain ? selection : this.#stragglers.select(selection, message, position);
    this.#context.owner.serve(this.#id, message, result, selected);
  }
}

/** What `since` says, if it is a position at all: it may come from a client as it is. */
function placeOf(since: unknown): Since | undefined {
  if (since === "oldest") return since;
  const { epoch, offset } = (since ?? {}) as Partial<Record<keyof Position, unknown>>;
  if (typeof epoch !== "string" || !Number.isSafeInteger(offset) || (offset as number) < 0) return undefined;
  return { epoch, offset: offset as number };
}

function noLog(): BusError {
  return new BusError("unavailable", "The log of the channel cannot be read");
}
