const first = 50;
const longest = 2000;

/**
 * Milliseconds to wait before the next attempt, after so many failed ones: growing, at most 2 s, and different on each node, so that
 * not all come back in the same moment. `random` is in [0, 1).
 */
export function pauseAfter(failures: number, random: number): number {
  const most = Math.min(longest, first * 2 ** failures);
  return most / 2 + (most / 2) * random;
}
