const first = 20;
const longest = 2_000;

/** Milliseconds until the next attempt to connect: twice as long each time, at most 2 s, and by half a matter of chance. */
export function pauseAfter(failures: number, random: number): number {
  const most = Math.min(longest, first * 2 ** failures);
  return most / 2 + (most / 2) * random;
}
