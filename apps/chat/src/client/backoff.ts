const first = 500;
const longest = 20_000;

/**
 * Milliseconds to wait before an attempt to connect again; `attempt` is 0 for the first one. It doubles up to 20 s, and half of it is
 * left to chance, so that those whom a server's end has cut off do not all come back at once.
 */
export function backoff(attempt: number, random: number): number {
  const most = Math.min(longest, first * 2 ** Math.min(attempt, 30));
  return Math.round(most / 2 + (most / 2) * random);
}
