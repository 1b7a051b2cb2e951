import type { Bus } from "../bus.ts";
import type { Deliverer } from "../deliverer.ts";
import type { HookQueue } from "../hook-queue.ts";
import type { ResolvedOptions } from "../options.ts";
import type { PresenceDiff, PresenceKeeper } from "../presence.ts";
import type { Roster } from "../roster.ts";
import { HistoryPart } from "./history-part.ts";
import { Local } from "./local.ts";
import { Messages } from "./messages.ts";
import { BusNode } from "./node.ts";
import { PresencePart } from "./presence-part.ts";
import { Questions } from "./questions.ts";
import { SharedMembers } from "./shared-members.ts";
import { ClusterView } from "./view.ts";

/** What a cluster is made of here. */
export type ClusterContext = {
  readonly options: ResolvedOptions;
  readonly hooks: HookQueue;
  readonly roster: Roster;
  readonly deliverer: Deliverer;
  /** Hears who came, went or changed, on whatever node. */
  readonly tell: ((id: string, diff: PresenceDiff) => void) | undefined;
};

/** What these channels have in common with those of other processes: the node on the bus and its parts. */
export class Cluster<Types> {
  readonly node: BusNode;
  readonly messages: Messages;
  /** Who is where on all nodes, if that is kept. */
  readonly presence: PresenceKeeper | undefined;
  /** History in the log of the bus, if that is kept. */
  readonly history: HistoryPart | undefined;
  readonly view: ClusterView<Types>;

  /** Opens the bus. */
  constructor(bus: Bus, { options, hooks, roster, deliverer, tell }: ClusterContext) {
    const { onBus, onGap, cluster, limits } = options;
    const onError = (error: unknown): void => hooks.report(error);
    this.node = new BusNode(bus, cluster, {
      changed: (state, error) => onBus && hooks.add(() => onBus(state, error)),
      failed: (error) => hooks.report(error),
    });
    const gap = (id: string, from: string | undefined, lost: number): void =>
      onGap && hooks.add(() => onGap({ id, from, lost }));
    const members = new SharedMembers(roster, deliverer, hooks, (id, lost) => gap(id, undefined, lost));
    this.messages = new Messages(this.node, { members, gap });
    if (options.presence !== undefined) {
      this.presence = new PresencePart(this.node, { bounds: limits, tell, onError }).presence;
    }
    const { history } = options;
    if (history !== undefined && bus.log !== undefined) {
      this.history = new HistoryPart(this.node, { log: bus.log, history, limits, owner: members });
    }
    const local = new Local(this.node.id, roster, this.presence);
    this.view = new ClusterView(local, new Questions(this.node, (subject, id) => local.answer(subject, id)));
  }

  /** A channel has its first member here. */
  enter(id: string): void {
    this.node.subscriptions.add(id);
    void this.history?.follow(id, this.node.subscriptions.of(id)?.settled);
  }

  /** A channel has no members here any more. */
  leave(id: string): void {
    this.node.subscriptions.remove(id);
    this.history?.leave(id);
  }

  /** Resolves when what is broadcast anywhere reaches the members that a channel has here. */
  effective(id: string): Promise<void> | undefined {
    return this.node.subscriptions.of(id)?.settled;
  }
}
