const first = 100;
const longest = 2_000;

/**
 * Milliseconds to wait before the next attempt, after so many that failed one after another: growing up to 2 s, and random, so that
 * not all nodes come back in the same moment.
 */
export function pauseAfter(attempts: number, random: number): number {
  const most = Math.min(longest, first * 2 ** Math.min(attempts, 10));
  return most / 2 + (random * most) / 2;
}
