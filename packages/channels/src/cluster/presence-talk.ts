import type { LogicalClock } from "./logical-clock.ts";
import type { OwnPeople } from "./own-people.ts";
import type { PresenceVoice } from "./presence-link.ts";
import {
  type Comparison,
  type Entry,
  inParts,
  jsonBytes,
  type PresenceMessage,
  type State,
  stateBytes,
} from "./presence-message.ts";
import type { PresenceReplica } from "./presence-replica.ts";
import type { RemotePeople } from "./remote-people.ts";

/** What nodes talk about, and with what. */
export type PresenceTalkContext = {
  readonly own: OwnPeople;
  readonly remote: RemotePeople;
  /** The nodes that are there. */
  readonly nodes: ReadonlySet<string>;
  readonly clock: LogicalClock;
  readonly voice: PresenceVoice;
  /** Tells others what has become of own people of a channel in this turn. */
  readonly announce: (id: string) => void;
  /** Sees to it that `ask` is called behind this turn. */
  readonly schedule: () => void;
};

/** Octets of a state besides its id and its people, at most. */
const frameBytes = 40;

/** What a round does at most: channels told of, replicas asked after. */
const roundLimit = 64;

/** Channels that are asked for one by one in a turn; more are asked for together, of each node. */
const askLimit = 8;

/** How nodes keep each other right about their people: what they ask, answer and compare. */
export class PresenceTalk {
  readonly #context: PresenceTalkContext;
  /** Channels that this turn has opened. */
  readonly #opened = new Set<string>();
  /** Channels of nodes in which something is missing, as has shown in this turn. */
  #doubtful = new Map<string, Set<string>>();
  #nextPlace = 0;
  #nextChannel = 0;

  constructor(context: PresenceTalkContext) {
    this.#context = context;
  }

  /** A channel was opened: it is not known yet who is there. */
  open(id: string): void {
    this.#opened.add(id);
    this.#context.schedule();
  }

  /** Asks who is in the channels that were opened, and for what is missing. */
  ask(): void {
    const { nodes, voice, remote } = this.#context;
    const doubtful = this.#doubtful;
    this.#doubtful = new Map();
    for (const [node, ids] of doubtful) if (nodes.has(node)) this.compare(node, [...ids]);
    const ids = [...this.#opened].filter((id) => remote.has(id));
    this.#opened.clear();
    if (ids.length > askLimit) for (const node of nodes) this.compare(node, ids);
    else for (const id of ids) voice.publish(id, { type: "ask" });
  }

  /** Takes in what a node has said, on a channel or about several. */
  take(node: string, id: string, message: PresenceMessage): void {
    switch (message.type) {
      case "ask":
        this.#answer(node, [[id, 0, 0]]);
        return;
      case "compare":
        this.#context.clock.hear(message.time);
        this.#answer(node, message.channels);
        for (const [each, , mine] of message.channels) this.#hearVersion(node, each, mine);
        return;
      case "tail":
        this.change(node, id, (replica) => replica.confirm(message.version));
        return;
      case "delta":
        this.#witness(message.people);
        this.change(node, id, (replica) => replica.change(message));
        return;
      case "states":
        for (const state of message.states) {
          this.take(node, id, { type: "snapshot", part: 0, parts: 1, ...state });
        }
        return;
      case "snapshot":
        this.#witness(message.people);
        this.change(node, message.id, (replica) => replica.take(message));
    }
  }

  /** Changes the replica of a node that is there. What is missing is asked for behind this turn. */
  change(node: string, id: string, change: (replica: PresenceReplica) => void): void {
    const { nodes, remote, schedule } = this.#context;
    // What a node that is gone had sent before must not bring its people back.
    const replica = nodes.has(node) ? remote.replica(id, node) : undefined;
    if (replica === undefined) return;
    const wasStale = replica.isStale;
    change(replica);
    if (!replica.isStale || wasStale) return;
    addTo(this.#doubtful, node, id);
    schedule();
  }

  /** Compares with a node where both are, in some channels or in all. */
  compare(node: string, ids?: readonly string[]): void {
    const { own, remote, clock, voice } = this.#context;
    const comparisons = (ids ?? remote.ids).map((id): Comparison => {
      const replica = remote.find(id, node);
      const yours = replica === undefined ? 0 : replica.isStale ? undefined : replica.version;
      return [id, yours, own.version(id)];
    });
    // With nothing to compare it still tells the time.
    if (comparisons.length === 0 && ids !== undefined) return;
    const lengthOf = (comparison: Comparison) => jsonBytes(comparison) + 1;
    for (const channels of inParts(comparisons, voice.maxBytes, lengthOf)) {
      const told = channels.map(([id]) => id);
      voice.send(node, { type: "compare", time: clock.next, channels }, told);
    }
  }

  /** Tells the versions of some own channels, and compares those of others that nobody has confirmed, in rotation. */
  round(): void {
    const { own, remote, voice } = this.#context;
    const { ids } = own;
    for (const id of ids.slice(this.#nextChannel, this.#nextChannel + roundLimit)) {
      voice.publish(id, { type: "tail", version: own.version(id) });
    }
    this.#nextChannel = following(this.#nextChannel, ids.length);
    const doubtful = voice.takeUnsaid();
    const places = [...remote.places()];
    for (const { id, node, replica } of places.slice(this.#nextPlace, this.#nextPlace + roundLimit)) {
      if (replica.isCut && remote.hasRoom(id)) replica.doubt();
      if (replica.isStale || (!replica.isConfirmed && replica.size > 0)) addTo(doubtful, node, id);
      replica.isConfirmed = false;
    }
    this.#nextPlace = following(this.#nextPlace, places.length);
    for (const [node, each] of doubtful) {
      if (this.#context.nodes.has(node))
        this.compare(
          node,
          [...each].filter((id) => remote.has(id)),
        );
    }
  }

  #hearVersion(node: string, id: string, version: number): void {
    const { remote } = this.#context;
    if (version > 0) this.change(node, id, (replica) => replica.confirm(version));
    else if ((remote.find(id, node)?.size ?? 0) > 0) this.change(node, id, (replica) => replica.doubt());
  }

  /** Tells a node of everybody in channels, but for those where it is at our version. */
  #answer(node: string, comparisons: readonly Comparison[]): void {
    const { own, voice, announce } = this.#context;
    const small: State[] = [];
    for (const [id, yours] of comparisons) {
      announce(id);
      if (own.version(id) === yours) continue;
      // A state that just fits into a message of its own has room for its frame there.
      const states = own.states(id, voice.maxBytes - jsonBytes(id) - frameBytes);
      if (states.length === 1) small.push(states[0]!);
      else {
        for (const [part, state] of states.entries()) {
          voice.send(node, { type: "snapshot", part, parts: states.length, ...state }, [id]);
        }
      }
    }
    if (small.length === 0) return;
    for (const states of inParts(small, voice.maxBytes, stateBytes)) {
      const told = states.map(({ id }) => id);
      voice.send(node, { type: "states", states }, told);
    }
  }

  #witness(people: readonly Entry[]): void {
    for (const [, share] of people) {
      if (share !== undefined) this.#context.clock.hear(Math.max(share.since, share.replaced));
    }
  }
}

function addTo(map: Map<string, Set<string>>, node: string, id: string): void {
  const ids = map.get(node) ?? new Set();
  map.set(node, ids.add(id));
}

/** Where the next round begins. */
function following(from: number, length: number): number {
  return from + roundLimit < length ? from + roundLimit : 0;
}
