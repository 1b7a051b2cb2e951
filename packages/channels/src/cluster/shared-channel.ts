import type { PreparedMessage } from "@exws/frame";
import type { BroadcastResult } from "../broadcast-result.ts";
import { BusError } from "../bus-error.ts";
import { Held, type HeldBounds } from "../held.ts";
import { History, type Position } from "../history.ts";
import type { ResolvedHistory } from "../history-options.ts";
import { JoinResult } from "../join-result.ts";
import type { Membership } from "../membership.ts";
import { plain, prepare } from "../message.ts";
import { everybody, type Selection } from "../selection.ts";
import type { Published } from "./bus-link.ts";
import { decodeEntry, encodeEntry, type LogEntry } from "./log-entry.ts";
import type { BusNode } from "./node.ts";
import { type GateBounds, OffsetGate } from "./offset-gate.ts";
import type { SharedLog } from "./shared-log.ts";

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
  /** Gives a message to one member; tells whether it is on its way. */
  give(membership: Membership, message: PreparedMessage): boolean;
  /** Begins and ends a series of `give`. */
  change(begins: boolean): void;
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

/** A broadcast of this node. */
type Own = {
  readonly number: number;
  readonly message: PreparedMessage;
  readonly selection: Selection;
  readonly result: BroadcastResult;
  /** Where it is in the log; the error if it is not; `undefined` as long as that is open. */
  outcome: Position | BusError | undefined;
  /** It may have been appended although it failed. */
  isDoubtful: boolean;
  hasPassed: boolean;
};

/** A member that waits for what it missed. */
type Waiting = {
  readonly held: Held;
  readonly release: (missed: readonly PreparedMessage[] | undefined) => void;
};

/** Broadcasts that were given to own members although they may be in the log: so many are remembered. */
const givenLimit = 1000;

/** Milliseconds that an entry may take longer than the one behind it before the log is asked for it. */
const patience = 50;

/**
 * A channel with history that has members on this node. What is in its log is given to them in the order of the log, by whomever it
 * was broadcast. When the log cannot be reached, own broadcasts are given to own members alone, with positions that nothing is
 * ever recovered from.
 */
export class SharedChannel {
  /** Resolves when it is known where the log is, or that this cannot be found out now. */
  readonly opened: Promise<void>;
  readonly #id: string;
  readonly #options: ResolvedHistory;
  readonly #context: SharedContext;
  /** Own broadcasts whose outcome is open, or that wait for one before them, in order. */
  readonly #queue: Own[] = [];
  /** Own broadcasts that members have not been given, by number. */
  readonly #own = new Map<number, Own>();
  /** Those that were given to own members and may be in the log all the same: who is to be left out then. */
  readonly #given = new Map<number, number>();
  readonly #waiting = new Map<Membership, Waiting>();
  /** Members that have more than was let through, from another node: up to which place. */
  readonly #ahead = new Map<Membership, Position>();
  readonly #localEpoch: string = `local-${crypto.randomUUID()}`;
  #localOffset = 0;
  #resolveOpened = (): void => {};
  #gate: OffsetGate<LogEntry | undefined> | undefined;
  #history: History;
  /** Where the gate was opened. */
  #base: Position | undefined;
  /** A place that was told of before. */
  #early: Position | undefined;
  /** Members were given something behind this place that is not in the log. */
  #lossy: Position | undefined;
  #isOpening = false;
  #isHealing = false;
  #isPatient = false;
  #hasEnded = false;

  constructor(id: string, options: ResolvedHistory, context: SharedContext) {
    this.#id = id;
    this.#options = options;
    this.#context = context;
    this.#history = new History(this.#localEpoch, options);
    this.opened = new Promise((resolve) => {
      this.#resolveOpened = resolve;
    });
  }

  /** How its history is kept. */
  get options(): ResolvedHistory {
    return this.#options;
  }

  /** The place behind what was given to members last; of no log as long as that is not known. */
  get position(): Position {
    return this.#gate?.position ?? { epoch: this.#localEpoch, offset: this.#localOffset };
  }

  /** How many own broadcasts wait for the log. */
  get backlog(): { readonly length: number; readonly bytes: number } {
    let bytes = 0;
    for (const { message } of this.#queue) bytes += message.bytes.length;
    return { length: this.#queue.length, bytes };
  }

  /** The channel is subscribed to, or the bus is back: finds out where the log is. */
  async open(): Promise<void> {
    if (this.#gate !== undefined) {
      this.#gate.unread();
      return this.heal();
    }
    if (this.#isOpening || this.#hasEnded) return;
    this.#isOpening = true;
    const reading = await this.#context.log.read(this.#id, undefined, this.#options);
    this.#isOpening = false;
    if (reading !== undefined && !this.#hasEnded) {
      const { position } = reading;
      this.#base = position;
      this.#history = this.#historyFrom(position);
      this.#gate = new OffsetGate(position, this.#context.gate, {
        pass: (position, entry) => this.#pass(position, entry),
        lose: (lost) => this.#context.owner.gap(this.#id, lost),
      });
      if (this.#early !== undefined) this.reach(this.#early);
    }
    this.#resolveOpened();
  }

  /** Reads what is missing. */
  async heal(): Promise<void> {
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
      this.#forgetOwn();
    }
    this.#isHealing = false;
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
      void this.heal();
    });
  }

  /** The log was told to be at a place. */
  reach(position: Position): void {
    if (this.#gate === undefined) this.#early = position;
    else {
      this.#gate.reach(position);
      void this.heal();
    }
  }

  /** Looks after what is missing, and what is too old. */
  round(isSubscribed: boolean): void {
    this.#history.expire(this.#context.node.clock.now());
    if (this.#gate !== undefined) void this.heal();
    else if (isSubscribed) void this.open();
  }

  /** The last member has left: whoever comes has been given nothing. */
  empty(): void {
    this.#given.clear();
    this.#ahead.clear();
  }

  /** The channel cannot be subscribed to: its log is not followed. */
  giveUp(): void {
    this.#resolveOpened();
  }

  /** Nobody is here any more. */
  end(): void {
    this.#hasEnded = true;
    this.#resolveOpened();
    for (const { release } of [...this.#waiting.values()]) release(undefined);
    for (const { result } of this.#own.values()) result.finish();
    this.#own.clear();
  }

  /** Broadcasts: members get it when it is in the log, or cannot be. */
  broadcast(
    number: number,
    message: PreparedMessage,
    selection: Selection,
    result: BroadcastResult,
  ): Promise<Published> {
    const own: Own = {
      number,
      message,
      selection,
      result,
      outcome: undefined,
      isDoubtful: false,
      hasPassed: false,
    };
    this.#queue.push(own);
    this.#own.set(number, own);
    const { obstacle } = this.#context.log;
    if (obstacle !== undefined) {
      this.#settle(own, obstacle);
      this.#context.node.counts.unpublished++;
      return Promise.resolve({ ok: false, error: obstacle });
    }
    return this.#append(own);
  }

  /** A member has come: gives it what it missed. */
  welcome(membership: Membership, since: unknown): JoinResult {
    const { position } = this;
    const isOpen = this.#gate !== undefined;
    if (since === undefined) {
      const result = new JoinResult("joined", isOpen ? position : undefined);
      if (!isOpen) result.after(this.opened.then(() => result.settle(this.#base ?? this.position)));
      return result;
    }
    const place = placeOf(since);
    if (place === undefined || (isOpen && !this.#mayRecover(place)))
      return new JoinResult("joined", position, false);
    const { node, log } = this.#context;
    const missed = isOpen ? this.#history.since(place, node.clock.now()) : undefined;
    if (missed !== undefined) {
      const replayed = this.#replay(membership, missed);
      const status = membership.hasEnded ? "closed" : "joined";
      return new JoinResult(status, position, replayed === missed.length, replayed);
    }
    if (log.obstacle !== undefined) return new JoinResult("joined", position, false);
    return this.#catchUp(membership, place, isOpen ? position : undefined);
  }

  async #append(own: Own): Promise<Published> {
    const { node, log } = this.#context;
    if (this.#gate === undefined) await this.opened;
    if (this.#gate === undefined) {
      const error = log.obstacle ?? noLog();
      node.counts.unpublished++;
      this.#settle(own, error);
      return { ok: false, error };
    }
    const entry = encodeEntry({ node: node.id, number: own.number }, own.message);
    const appended = await log.append(this.#id, entry, this.#options);
    if (!appended.ok) {
      own.isDoubtful = appended.error.code === "unavailable";
      this.#settle(own, appended.error);
      return own.hasPassed ? { ok: true } : { ok: false, error: appended.error };
    }
    own.result.place(appended.position);
    this.#settle(own, appended.position);
    if (!this.#hasEnded)
      this.offer(
        appended.position,
        { node: node.id, number: own.number, message: own.message },
        entry.length,
      );
    return { ok: true };
  }

  #settle(own: Own, outcome: Position | BusError): void {
    own.outcome = outcome;
    while (this.#queue[0]?.outcome !== undefined) {
      const first = this.#queue.shift()!;
      if (first.outcome instanceof Error && !first.hasPassed) this.#giveLocally(first);
    }
  }

  /** What is not in the log is for own members alone. What is there and waits for another's must not come behind it. */
  #giveLocally(own: Own): void {
    for (const earlier of [...this.#own.values()]) {
      const { number, outcome } = earlier;
      if (number < own.number && outcome !== undefined && !(outcome instanceof Error)) this.#give(earlier);
    }
    this.#give(own);
  }

  /** Gives own members a broadcast that has not come from the log. */
  #give(own: Own): void {
    const isLogged = !(own.outcome instanceof Error);
    this.#own.delete(own.number);
    if (own.isDoubtful || isLogged) this.#rememberGiven(own.number);
    const position = { epoch: this.#localEpoch, offset: ++this.#localOffset };
    this.#lossy = this.#gate?.position;
    const message = this.#stamped(own.message, position);
    if (!isLogged) own.result.place(position);
    if (message === undefined || this.#hasEnded) own.result.finish();
    else this.#serve(message, position, own.selection, own.result);
  }

  /** The next entry of the log. */
  #pass(position: Position, entry: LogEntry | undefined): void {
    const { offset } = this.#history.position;
    const isNext = this.#history.position.epoch === position.epoch && offset + 1 === position.offset;
    if (!isNext) this.#history = this.#historyFrom({ ...position, offset: position.offset - 1 });
    const own = entry?.node === this.#context.node.id ? this.#own.get(entry.number) : undefined;
    if (own !== undefined) {
      own.hasPassed = true;
      own.result.place(position);
      this.#own.delete(own.number);
    }
    const message = entry && this.#stamped(entry.message, position);
    if (message === undefined) {
      if (entry === undefined) this.#context.node.counts.foreign++;
      this.#history = this.#historyFrom(position);
      own?.result.finish();
      return;
    }
    this.#history.add(message, this.#context.node.clock.now());
    if (own !== undefined) this.#serve(message, position, own.selection, own.result);
    else this.#serve(message, position, this.#newcomers(entry!), undefined);
  }

  /** Those who have not been given an entry before: all, unless it is one of ours that was believed not to be in the log. */
  #newcomers({ node, number }: LogEntry): Selection {
    const end = node === this.#context.node.id ? this.#given.get(number) : undefined;
    if (end === undefined) return everybody;
    this.#given.delete(number);
    const several = this.#context.owner.before(this.#id, end);
    return { one: undefined, several, filter: undefined };
  }

  #serve(
    message: PreparedMessage,
    position: Position,
    selection: Selection,
    result: BroadcastResult | undefined,
  ): void {
    const isPlain = this.#waiting.size + this.#ahead.size === 0;
    const selected = isPlain ? selection : this.#withoutWaiting(selection, message, position);
    this.#context.owner.serve(this.#id, message, result, selected);
  }

  /** Those who wait get it later, those who are ahead have it. */
  #withoutWaiting(selection: Selection, message: PreparedMessage, position: Position): Selection {
    const several = new Set<unknown>(selection.several);
    if (selection.one !== undefined) several.add(selection.one);
    for (const [membership, { held }] of [...this.#waiting]) {
      if (!several.has(membership.member)) held.add(message, position);
      several.add(membership.member);
    }
    for (const [membership, place] of this.#ahead) {
      if (covers(place, position)) several.add(membership.member);
      else if (membership.hasEnded || position.epoch !== this.#localEpoch) this.#ahead.delete(membership);
    }
    return { one: undefined, several, filter: selection.filter };
  }

  /** Has a member wait until the log was read; `base` is from where on it gets everything. */
  #catchUp(membership: Membership, place: Position, base: Position | undefined): JoinResult {
    const { node, held: bounds } = this.#context;
    const result = new JoinResult("joined", base);
    const done = new Promise<void>((resolve) => {
      const held = new Held(bounds, () => release(undefined));
      const release = (missed: readonly PreparedMessage[] | undefined): void => {
        if (!this.#waiting.delete(membership)) return;
        cancel();
        this.#release(membership, place, base ?? this.#base, held, missed, result);
        resolve();
      };
      const cancel = node.clock.after(node.options.queryTimeout, () => release(undefined));
      this.#waiting.set(membership, { held, release });
      void this.#missed(place, base).then(release);
    });
    result.after(done);
    return result;
  }

  /** What is in the log between a place and where a member gets everything. */
  async #missed(
    place: Position,
    base: Position | undefined,
  ): Promise<readonly PreparedMessage[] | undefined> {
    if (this.#gate === undefined) await this.opened;
    const end = base ?? this.#base;
    if (end === undefined || !this.#mayRecover(place)) return undefined;
    const reading = await this.#context.log.read(this.#id, place, this.#options);
    if (reading?.entries === undefined || reading.position.epoch !== end.epoch) return undefined;
    if (reading.position.offset < end.offset || !this.#mayRecover(place)) return undefined;
    const missed: PreparedMessage[] = [];
    for (const [i, bytes] of reading.entries.slice(0, Math.max(0, end.offset - place.offset)).entries()) {
      const entry = decodeEntry(bytes);
      if (entry === undefined) continue;
      const message = this.#stamped(entry.message, { epoch: end.epoch, offset: place.offset + 1 + i });
      if (message === undefined) return undefined;
      missed.push(message);
    }
    return missed;
  }

  #release(
    membership: Membership,
    place: Position,
    base: Position | undefined,
    held: Held,
    missed: readonly PreparedMessage[] | undefined,
    result: JoinResult,
  ): void {
    const replayed = this.#replay(membership, missed ?? []);
    const hasAll = missed !== undefined && replayed === missed.length && !membership.hasEnded;
    const start = base ?? this.position;
    const isAhead = hasAll && place.offset > start.offset;
    result.settle(isAhead ? place : start, hasAll, replayed);
    const fresh = held.take().filter(({ position }) => !(isAhead && covers(place, position)));
    this.#replay(
      membership,
      fresh.map(({ message }) => message),
    );
    if (isAhead && !covers(this.position, place)) this.#ahead.set(membership, place);
  }

  /** Gives messages to a member; tells how many are on their way. */
  #replay(membership: Membership, messages: readonly PreparedMessage[]): number {
    const { owner } = this.#context;
    let count = 0;
    owner.change(true);
    for (const message of messages) {
      if (membership.hasEnded || !owner.give(membership, message)) break;
      count++;
    }
    owner.change(false);
    return count;
  }

  /** Whether all that members were given since a place may be in the log. */
  #mayRecover({ epoch, offset }: Position): boolean {
    if (epoch !== this.position.epoch) return false;
    return this.#lossy?.epoch !== epoch || offset > this.#lossy.offset;
  }

  /** Own broadcasts that the log has forgotten before they came back from it. */
  #forgetOwn(): void {
    for (const [number, { outcome, result }] of this.#own) {
      if (outcome === undefined || outcome instanceof Error) continue;
      if (outcome.epoch === this.position.epoch && outcome.offset > this.position.offset) continue;
      this.#own.delete(number);
      result.finish();
    }
  }

  #rememberGiven(number: number): void {
    this.#given.set(number, this.#context.owner.end(this.#id));
    if (this.#given.size > givenLimit) this.#given.delete(this.#given.keys().next().value!);
  }

  async #read(after: Position): ReturnType<SharedLog["read"]> {
    const { log } = this.#context;
    const reading = await log.read(this.#id, after, this.#options);
    const epoch = reading?.position.epoch;
    if (epoch === undefined || epoch === after.epoch) return reading;
    return log.read(this.#id, { epoch, offset: 0 }, this.#options);
  }

  #historyFrom({ epoch, offset }: Position): History {
    return new History(epoch, this.#options, offset);
  }

  #stamped(message: PreparedMessage, position: Position): PreparedMessage | undefined {
    const { stamp } = this.#options;
    if (stamp === undefined) return message;
    try {
      return prepare(stamp(plain(message), position));
    } catch (error) {
      this.#context.owner.report(error);
      return undefined;
    }
  }
}

/** What `since` says, if it is a position at all: it may come from a client as it is. */
function placeOf(since: unknown): Position | undefined {
  const { epoch, offset } = (since ?? {}) as Partial<Record<keyof Position, unknown>>;
  if (typeof epoch !== "string" || !Number.isSafeInteger(offset) || (offset as number) < 0) return undefined;
  return { epoch, offset: offset as number };
}

/** Who is at a place has what is at the other. */
function covers(place: Position, { epoch, offset }: Position): boolean {
  return epoch === place.epoch && offset <= place.offset;
}

function noLog(): BusError {
  return new BusError("unavailable", "The log of the channel cannot be read");
}
