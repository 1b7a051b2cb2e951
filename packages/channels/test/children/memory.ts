import { Channels, type Subscriber } from "@exws/channels";

declare const gc: () => void;

/** As little as a member can be: what is measured are the memberships. */
class Member implements Subscriber {
  listener: unknown = undefined;

  write(): "sent" {
    return "sent";
  }

  onClosed(listener: unknown): void {
    this.listener = listener;
  }
}

function used(): number {
  for (let i = 0; i < 4; i++) gc();
  return process.memoryUsage().heapUsed;
}

/** Bytes for each membership of `count` members in `each` of the same channels, and what is left when all have left. */
function measure(count: number, each: number): { bytes: number; left: number } {
  const members = Array.from({ length: count }, () => new Member());
  const ids = Array.from({ length: each }, (_, i) => `channel ${i}`);
  const channels = new Channels();
  const before = used();
  for (const member of members) for (const id of ids) channels.join(id, member);
  const full = used();
  for (const member of members) channels.leaveAll(member);
  const after = used();
  if ([...channels.ids()].length > 0 || members.length !== count) throw new Error("not empty");
  return { bytes: (full - before) / (count * each), left: (after - before) / (count * each) };
}

measure(100, 5);
const results = [
  [10_000, 1],
  [8200, 1],
  [50_000, 1],
  [5000, 2],
  [1000, 10],
  [100, 100],
].map(([count, each]) => ({ count, each, ...measure(count!, each!) }));
console.log(JSON.stringify(results));
