import { createLogUpdate } from "log-update";
import pico from "picocolors";
import { sectionOf, sectionTitles } from "../catalogue/section-titles.ts";
import {
  compareGoodness,
  countPairs,
  type Goodness,
  goodnessOf,
  isClean,
  pairName,
} from "../report/goodness.ts";
import type { SuiteResult } from "../report/suite-result.ts";
import type { CaseResult } from "../tester/case-result.ts";
import type { Task } from "../tester/schedule.ts";

const colour: Readonly<Record<Goodness, (text: string) => string>> = {
  good: pico.green,
  neutral: pico.gray,
  lesser: pico.yellow,
  bad: pico.red,
};

/** Faulty cases that are listed one by one. */
const listed = 40;
const barWidth = 32;

/** Shows how far a run is, on a line of its own that is written over; nothing where the output is no terminal. */
export class Progress {
  readonly #update: ReturnType<typeof createLogUpdate> | undefined;
  readonly #running = new Set<string>();
  readonly #started = performance.now();
  readonly #name: string;
  readonly #count: number;
  #done = 0;
  #faults = 0;
  #drawn = 0;

  constructor(stream: NodeJS.WriteStream, name: string, count: number) {
    this.#name = name;
    this.#count = count;
    this.#update = stream.isTTY ? createLogUpdate(stream) : undefined;
  }

  started({ case: { id } }: Task): void {
    this.#running.add(id);
    this.#draw();
  }

  finished({ case: { id } }: Task, result: CaseResult): void {
    this.#running.delete(id);
    this.#done++;
    if (!isClean(result)) this.#faults++;
    this.#draw(this.#done === this.#count);
  }

  /** Leaves nothing behind. */
  end(): void {
    this.#update?.clear();
    this.#update?.done();
  }

  #draw(now = false): void {
    if (this.#update === undefined || (!now && performance.now() - this.#drawn < 60)) return;
    this.#drawn = performance.now();
    const share = this.#count === 0 ? 1 : this.#done / this.#count;
    const filled = Math.round(share * barWidth);
    const bar = pico.green("━".repeat(filled)) + pico.dim("━".repeat(barWidth - filled));
    const faults = this.#faults === 0 ? "" : pico.yellow(` ${this.#faults} not OK`);
    const seconds = ((performance.now() - this.#started) / 1000).toFixed(0);
    const running = [...this.#running].slice(0, 6).join(" ");
    const time = pico.dim(`${seconds} s  ${running}`);
    this.#update(`${this.#name} ${bar} ${this.#done}/${this.#count}${faults} ${time}`);
  }
}

/** What a run came to, section by section, and what is wrong, case by case. */
export function summaryOf({ agents, duration, notes }: SuiteResult, report: string | undefined): string {
  const lines: string[] = [];
  for (const [agent, cases] of agents) {
    const results = [...cases.values()];
    lines.push("", pico.bold(agent), ...sectionLines(results));
    const faults = results.filter((one) => !isClean(one)).toSorted((a, b) => compareGoodness(b, a));
    if (faults.length > 0) lines.push("");
    for (const one of faults.slice(0, listed)) {
      const why = one.behavior === "OK" ? one.resultClose : one.result;
      lines.push(
        `  ${colour[goodnessOf(one)](`${one.case.id.padEnd(8)}${pairName(one).padEnd(20)}`)} ${why}`,
      );
    }
    if (faults.length > listed) lines.push(`  and ${faults.length - listed} more`);
    const counts = countPairs(results).map(([name, times]) => `${times} ${name}`);
    lines.push("", `  ${pico.bold(String(results.length))} cases: ${counts.join(", ")}`);
  }
  lines.push("", ...notes.map((note) => pico.yellow(`  ${note}`)));
  lines.push(
    pico.dim(`  ${(duration / 1000).toFixed(1)} s${report === undefined ? "" : `, report: ${report}`}`),
  );
  return `${lines.join("\n")}\n`;
}

function sectionLines(results: readonly CaseResult[]): string[] {
  const sections = [...new Set(results.map(({ case: { id } }) => sectionOf(id)))];
  return sections.map((section) => {
    const mine = results.filter(({ case: { id } }) => sectionOf(id) === section);
    const worst = mine.toSorted((a, b) => compareGoodness(b, a))[0]!;
    const counts = countPairs(mine).map(([name, times]) => `${times} ${name}`);
    const title = (sectionTitles[section] ?? "").padEnd(34);
    return `  ${section.padStart(2)}  ${title} ${colour[goodnessOf(worst)](counts.join(", "))}`;
  });
}
