import { findCase } from "../catalogue/catalogue.ts";
import { matchesId } from "../catalogue/patterns.ts";
import { Fields } from "../spec/fields.ts";
import { FileFault, type Located, parseLocated } from "../spec/located-json.ts";
import { isClean, type Pair } from "./goodness.ts";

/** What certain cases are known to come to; all others have to be OK or informational. */
export type Expectation = {
  /** The verdicts expected of a case, each of which will do; `undefined` where none are named. */
  of(
    id: string,
  ): readonly { readonly behavior: string; readonly behaviorClose: string | undefined }[] | undefined;
};

type Entry = { readonly pattern: string; readonly verdicts: NonNullable<ReturnType<Expectation["of"]>> };

const behaviors = ["OK", "NON-STRICT", "FAILED", "UNIMPLEMENTED", "INFORMATIONAL"];
const closes = ["OK", "FAILED", "UNCLEAN", "WRONG CODE", "FAILED BY CLIENT", "INFORMATIONAL"];

/**
 * Reads an expectation file: an object of ids or patterns, each with a behavior ("NON-STRICT"), both verdicts
 * ("FAILED / UNCLEAN"), or a list of these. The last pattern that matches an id counts. Throws a FileFault.
 */
export function readExpectation(text: string): Expectation {
  const entries = new Fields(parseLocated(text), "the file").entries().map(([pattern, value]): Entry => {
    if (!pattern.includes("*") && findCase(pattern) === undefined) {
      throw new FileFault(value.line, `there is no case ${pattern}`);
    }
    return { pattern, verdicts: verdictsOf(value) };
  });
  return { of: (id) => entries.findLast(({ pattern }) => matchesId(pattern, id))?.verdicts };
}

/** Expects nothing out of the ordinary. */
export const everythingClean: Expectation = { of: () => undefined };

/** What is not as expected, in words; `undefined`: nothing. */
export function surpriseOf(id: string, pair: Pair, expectation: Expectation): string | undefined {
  const { behavior, behaviorClose } = pair;
  const verdicts = expectation.of(id);
  if (verdicts === undefined) {
    return isClean(pair) ? undefined : `${behavior} / ${behaviorClose}`;
  }
  const met = verdicts.some(
    (one) => one.behavior === behavior && (one.behaviorClose ?? behaviorClose) === behaviorClose,
  );
  if (met) return undefined;
  const wanted = verdicts.map((one) => [one.behavior, one.behaviorClose].filter(Boolean).join(" / "));
  return `${behavior} / ${behaviorClose}, expected ${wanted.join(" or ")}`;
}

function verdictsOf(value: Located): Entry["verdicts"] {
  const items = value.kind === "array" ? value.items : [value];
  return items.map((item) => {
    const text = item.kind === "value" ? String(item.value) : "";
    const [behavior = "", behaviorClose] = text.split(" / ");
    if (!behaviors.includes(behavior) || (behaviorClose !== undefined && !closes.includes(behaviorClose))) {
      throw new FileFault(item.line, `${JSON.stringify(text)} is no verdict`);
    }
    return { behavior, behaviorClose };
  });
}
