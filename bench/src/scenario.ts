/** An engine that carries messages between the processes of a server. */
export type EngineName = "redis" | "nats";

/** One thing that is measured. */
export type Scenario = {
  /** Names it on the command line and in the results: `echo-20b-text`. */
  readonly id: string;
  /** Says it to people: `20 B text, 64 connections, 1 in flight`. */
  readonly title: string;
  readonly kind: "echo" | "broadcast" | "storm" | "idle";
  readonly type: "text" | "binary";
  /** Connections; of a storm: that many at a time. */
  readonly connections: number;
  /** Bytes of a message. */
  readonly size: number;
  /** Echo: messages in flight on each connection. Broadcast: messages a turn. */
  readonly batch: number;
  /** Broadcast: members that read slowly. */
  readonly slow: number;
  /** permessage-deflate is agreed on, and all messages are compressed. */
  readonly deflate: boolean;
  /** Processes of the server, on one port. */
  readonly nodes: number;
  /** What carries messages between them. */
  readonly engine: EngineName | undefined;
  /** Storm: connections end with the closing handshake and are not just dropped. */
  readonly closing: boolean;
};

const base = {
  type: "text",
  connections: 64,
  size: 20,
  batch: 1,
  slow: 0,
  deflate: false,
  nodes: 1,
  engine: undefined,
  closing: false,
} as const;
const kinds = ["text", "binary"] as const;

const sizes = [
  ["20b", "20 B", 20],
  ["1k", "1 KiB", 1024],
  ["16k", "16 KiB", 16_384],
] as const;

function echoes(): Scenario[] {
  return kinds.flatMap((type): Scenario[] => [
    ...sizes.flatMap(([name, label, size]) =>
      [64, 1000].map(
        (connections): Scenario => ({
          ...base,
          id: `echo-${name}${connections === 64 ? "" : `-${connections}`}-${type}`,
          title: `echo ${label} ${type}, ${connections.toLocaleString("en")} connections`,
          kind: "echo",
          type,
          connections,
          size,
        }),
      ),
    ),
    {
      ...base,
      id: `echo-1m-${type}`,
      title: `echo 1 MiB ${type}, 8 connections`,
      kind: "echo",
      type,
      connections: 8,
      size: 1_048_576,
    },
    {
      ...base,
      id: `echo-20b-pipelined-${type}`,
      title: `echo 20 B ${type}, 64 connections, 32 in flight`,
      kind: "echo",
      type,
      batch: 32,
    },
  ]);
}

function broadcasts(): Scenario[] {
  const plain = [1000, 10_000].flatMap((connections) =>
    [1, 16].map(
      (batch): Scenario => ({
        ...base,
        id: `broadcast-${connections}-${batch}`,
        title: `broadcast 20 B to ${connections.toLocaleString("en")}, ${batch} a turn`,
        kind: "broadcast",
        connections,
        batch,
      }),
    ),
  );
  const slow = [1, 16].map(
    (batch): Scenario => ({
      ...base,
      id: `broadcast-slow-${batch}`,
      title: `broadcast 1 KiB to 1,000, 10 % slow readers, ${batch} a turn`,
      kind: "broadcast",
      connections: 1000,
      size: 1024,
      batch,
      slow: 100,
    }),
  );
  return [...plain, ...slow];
}

function clusters(): Scenario[] {
  return (["redis", "nats"] as const).map(
    (engine): Scenario => ({
      ...base,
      id: `broadcast-4x2500-${engine}`,
      title: `broadcast 20 B to 10,000 on 4 processes, over ${engine === "redis" ? "Redis" : "NATS"}`,
      kind: "broadcast",
      connections: 10_000,
      nodes: 4,
      engine,
    }),
  );
}

function storms(): Scenario[] {
  return [false, true].map(
    (closing): Scenario => ({
      ...base,
      id: closing ? "storm-closing" : "storm",
      title: closing
        ? "connect, opening and closing handshake; 64 at a time"
        : "connect, opening handshake, drop; 64 at a time",
      kind: "storm",
      closing,
    }),
  );
}

/** Everything that can be measured, in the order of the report. */
export const scenarios: readonly Scenario[] = [
  ...echoes(),
  ...broadcasts(),
  ...clusters(),
  ...storms(),
  { ...base, id: "idle", title: "idle memory, 10,000 connections", kind: "idle", connections: 10_000 },
  {
    ...base,
    id: "deflate-echo",
    title: "echo 938 B JSON with permessage-deflate, 64 connections",
    kind: "echo",
    size: 938,
    deflate: true,
  },
  {
    ...base,
    id: "deflate-broadcast",
    title: "broadcast 4 KiB JSON with permessage-deflate to 1,000",
    kind: "broadcast",
    connections: 1000,
    size: 4096,
    deflate: true,
  },
];

/** The scenarios that patterns name: an id, the beginning of one up to a dash, or `*` for any characters. Throws a RangeError for a pattern without any. */
export function scenariosNamed(patterns: readonly string[]): Scenario[] {
  const chosen = new Set<Scenario>();
  for (const pattern of patterns) {
    const expression = new RegExp(
      `^${pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*")}(-|$)`,
    );
    const found = scenarios.filter(({ id }) => expression.test(id));
    if (found.length === 0) throw new RangeError(`no scenario is called ${pattern}`);
    for (const scenario of found) chosen.add(scenario);
  }
  return scenarios.filter((scenario) => chosen.has(scenario));
}
