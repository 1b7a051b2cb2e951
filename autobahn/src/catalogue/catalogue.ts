import type { Case } from "./case.ts";
import { section1 } from "./section-1.ts";
import { section2 } from "./section-2.ts";
import { section3 } from "./section-3.ts";
import { section4 } from "./section-4.ts";
import { section5 } from "./section-5.ts";
import { section6 } from "./section-6.ts";
import { section7 } from "./section-7.ts";
import { section9 } from "./section-9.ts";
import { section10 } from "./section-10.ts";
import { section12, section13 } from "./sections-12-13.ts";

/** All 517 cases in the suite's order. */
export const catalogue: readonly Case[] = [
  section1,
  section2,
  section3,
  section4,
  section5,
  section6,
  section7,
  section9,
  section10,
  section12,
  section13,
]
  .flat()
  .map((draft, n) => ({ ...draft, index: n + 1 }));

const byId = new Map(catalogue.map((one) => [one.id, one]));

/** The case of an id, as "7.1.1"; `undefined` when there is none. */
export function findCase(id: string): Case | undefined {
  return byId.get(id);
}
