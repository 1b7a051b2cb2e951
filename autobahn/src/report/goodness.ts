import type { Behavior } from "../tester/case-run.ts";
import type { BehaviorClose } from "../tester/verdict.ts";

/** How a reader should take a result: good, neither good nor bad, a lesser fault, a fault. */
export type Goodness = "good" | "neutral" | "lesser" | "bad";

/** A pair of verdicts. */
export type Pair = { readonly behavior: Behavior; readonly behaviorClose: BehaviorClose };

const ofBehavior: Readonly<Record<Behavior, Goodness>> = {
  OK: "good",
  INFORMATIONAL: "neutral",
  UNIMPLEMENTED: "neutral",
  "NON-STRICT": "lesser",
  FAILED: "bad",
};

const ofClose: Readonly<Record<BehaviorClose, Goodness>> = {
  OK: "good",
  INFORMATIONAL: "neutral",
  "FAILED BY CLIENT": "lesser",
  UNCLEAN: "bad",
  "WRONG CODE": "bad",
  FAILED: "bad",
};

const order: readonly Goodness[] = ["good", "neutral", "lesser", "bad"];

/** The worse of the two verdicts. */
export function goodnessOf({ behavior, behaviorClose }: Pair): Goodness {
  const [a, b] = [ofBehavior[behavior], ofClose[behaviorClose]];
  return order.indexOf(a) > order.indexOf(b) ? a : b;
}

/** Whether a result is what everybody should get: OK, or a case that is only informational. */
export function isClean({ behavior, behaviorClose }: Pair): boolean {
  const good = behavior === "OK" || behavior === "INFORMATIONAL";
  return good && (behaviorClose === "OK" || behaviorClose === "INFORMATIONAL");
}

/** Sorts results from the best to the worst. */
export function compareGoodness(a: Pair, b: Pair): number {
  return order.indexOf(goodnessOf(a)) - order.indexOf(goodnessOf(b));
}

/** How often each verdict came, the best first. */
export function countPairs(pairs: Iterable<Pair>): [string, number][] {
  const counts = new Map<string, { pair: Pair; times: number }>();
  for (const pair of pairs) {
    const name = pairName(pair);
    const known = counts.get(name);
    if (known === undefined) counts.set(name, { pair, times: 1 });
    else known.times++;
  }
  return [...counts]
    .toSorted(([, a], [, b]) => compareGoodness(a.pair, b.pair) || b.times - a.times)
    .map(([name, { times }]) => [name, times]);
}

/** One word where both verdicts are the same, else both. */
export function pairName({ behavior, behaviorClose }: Pair): string {
  return behavior === behaviorClose ? behavior : `${behavior} / ${behaviorClose}`;
}
