import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { defaultLimits, type Limits } from "../src/index.ts";

const units: Readonly<Record<string, number>> = { s: 1_000, KiB: 1_024, MiB: 1_048_576, "": 1 };

/** How many files this process may open, as the shell that it starts knows it. */
function openFiles(): number {
  const limit = execFileSync("sh", ["-c", "ulimit -n"], { encoding: "utf8" }).trim();
  return limit === "unlimited" ? Number.POSITIVE_INFINITY : Number(limit);
}

/** The value that a cell such as `8 KiB`, `10 s`, `off` or `100/s, 200 at once` stands for. */
function amountOf(cell: string): Limits[keyof Limits] {
  const rate = /^(\d+)\/s, (\d+) at once$/.exec(cell);
  if (rate !== null) return { perSecond: Number(rate[1]), burst: Number(rate[2]) };
  if (cell === "0.9 × `ulimit -n`") return Math.floor(openFiles() * 0.9);
  if (cell === "off") return Number.POSITIVE_INFINITY;
  const [, digits = "", unit = ""] = /^([\d,]+) ?(s|KiB|MiB|)$/.exec(cell) ?? [];
  return Number(digits.replaceAll(",", "")) * units[unit]!;
}

/** The table of limits in a README, as an object. */
function table(path: string): Record<string, unknown> {
  const lines = readFileSync(new URL(path, import.meta.url), "utf8").split("\n");
  const first = lines.findIndex((line) => line.startsWith("| `limits` |"));
  const limits: Record<string, unknown> = {};
  for (const line of lines.slice(first + 2)) {
    if (!line.startsWith("|")) break;
    const [, left = "", right = ""] = line.split("|").map((cell) => cell.trim());
    const names = [...left.matchAll(/`(\w+)`/g)].map(([, name]) => name!);
    const cells = names.length === 1 ? [right] : right.split(", ");
    for (const [i, name] of names.entries()) limits[name] = amountOf(cells[i]!);
  }
  return limits;
}

/** Rates that are off are as infinite as amounts. */
const defaults = Object.fromEntries(
  Object.entries(defaultLimits).map(([name, value]) => [
    name,
    typeof value === "object" && value.perSecond === Number.POSITIVE_INFINITY ? value.perSecond : value,
  ]),
);

test.each(["../README.md", "../../../README.md"])("the table of limits in %s shows every default", (path) => {
  expect(table(path)).toEqual(defaults);
});
