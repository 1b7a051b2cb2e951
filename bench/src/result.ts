import type { Run } from "./generator.ts";
import { median } from "./median.ts";

/** What was seen of one server in one scenario: medians over the rounds. */
export type Figures = {
  /** The server's CPU time for a message (echo), a delivery (broadcast) or a connection (storm), in microseconds. */
  readonly cpuUs: number;
  readonly perSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
  /** The share of its core that the server used: below 0.95 it waited for something else, and `perSecond` says little. */
  readonly serverLoad: number;
  readonly generatorLoad: number;
  /** Resident memory of the server after the last round. */
  readonly rssBytes: number | undefined;
};

/** A figure, and it divided by that of the first peer. Both `undefined` where it cannot be told. */
export type Compared = { readonly value: number | undefined; readonly ratio: number | undefined };

/** What an idle connection costs, in bytes: from the first connections to the last, divided by the connections between. */
export type IdleFigures = {
  readonly connections: number;
  /** JavaScript heap and external memory after garbage collection; not for who has no such heap. */
  readonly heap: Compared;
  /** Resident memory a second after the last connection was opened, what opening them took included. */
  readonly residentAtFirst: Compared;
  /** Resident memory once runtimes have given back what they do not need. */
  readonly residentLater: Compared;
};

/** A row of the report. */
export type Row = {
  readonly peer: string;
  readonly label: string;
  readonly figures?: Figures;
  readonly idle?: IdleFigures;
  /** This server's CPU time for a message divided by that of the first peer, which is exws unless other peers were asked for: above 1 it is slower. */
  readonly ratio?: number;
  /** All rounds, for who wants to compute something else. */
  readonly runs?: readonly Run[];
  /** Why there are no figures. */
  readonly failed?: string;
};

/** All rows of one scenario. */
export type Result = {
  readonly scenario: string;
  readonly title: string;
  readonly kind: string;
  readonly connections: number;
  readonly rows: readonly Row[];
  readonly notes: readonly string[];
};

/** The medians of the rounds. */
export function figuresOf(runs: readonly Run[], rssBytes: number | undefined): Figures {
  const of = (value: (run: Run) => number): number => median(runs.map(value));
  return {
    cpuUs: of((run) => run.serverCpuNs / run.messages / 1e3),
    perSecond: of((run) => run.messages / (run.elapsedNs / 1e9)),
    p50Us: of((run) => run.p50Ns / 1e3),
    p99Us: of((run) => run.p99Ns / 1e3),
    serverLoad: of((run) => run.serverCpuNs / run.elapsedNs),
    generatorLoad: of((run) => run.generatorCpuNs / run.elapsedNs),
    rssBytes,
  };
}
