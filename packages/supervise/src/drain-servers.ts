/** A server of `@exws/server`, as far as a drain needs it. */
export type Drainable = {
  close(options: { code: number; within: number }): Promise<unknown>;
  stats(): { handshakes: number };
  /** On a port of its own. */
  listener?: { close(): unknown };
};

/** Milliseconds that connections which have come already get to finish their opening handshake. */
const grace = 1_000;

/** RFC 6455 §7.4.1: going away. */
const goingAway = 1001;

/**
 * Closes servers in three steps, so that nobody is turned away who came in time: no more connections are taken; those that were
 * accepted, by us or in our name, finish their opening handshake; then everybody is told to go. `leave` resolves when none is on its
 * way here any more.
 */
export async function drainServers(
  servers: ReadonlySet<Drainable>,
  within: number,
  leave: () => Promise<void>,
): Promise<void> {
  const since = performance.now();
  for (const { listener } of servers) listener?.close();
  await leave();
  const until = since + Math.min(grace, within / 4);
  while (performance.now() < until && [...servers].some((server) => server.stats().handshakes > 0)) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  // A tenth of the time is for what comes behind: closed sockets, other drains, the way to the supervisor.
  const left = Math.max(0, within * 0.9 - (performance.now() - since));
  await Promise.all([...servers].map((server) => server.close({ code: goingAway, within: left })));
}
