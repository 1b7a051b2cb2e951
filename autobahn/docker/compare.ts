import { readFileSync } from "node:fs";
import { catalogue } from "../src/catalogue/catalogue.ts";
import { readExpectation, surpriseOf } from "../src/report/expectation.ts";
import type { Pair } from "../src/report/goodness.ts";

// node compare.ts index.json expected.json: ends with 1 when a result of the genuine suite is not as expected, or missing.

const [indexFile = "", expectedFile = ""] = process.argv.slice(2);
const index: Record<string, Record<string, Pair>> = JSON.parse(readFileSync(indexFile, "utf8"));
const expectation = readExpectation(readFileSync(expectedFile, "utf8"));

const surprises = Object.entries(index).flatMap(([agent, cases]) =>
  catalogue.flatMap(({ id }) => {
    const pair = cases[id];
    const surprise = pair === undefined ? "missing" : surpriseOf(id, pair, expectation);
    return surprise === undefined ? [] : [`${agent} ${id}: ${surprise}`];
  }),
);
if (Object.keys(index).length === 0) surprises.push("nobody was tested");
for (const surprise of surprises) console.error(surprise);
console.log(
  `${surprises.length} of ${Object.keys(index).length * catalogue.length} results are not as expected`,
);
process.exitCode = surprises.length === 0 ? 0 : 1;
