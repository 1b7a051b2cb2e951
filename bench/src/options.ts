import { Command, InvalidArgumentError } from "commander";
import { type Scenario, scenarios, scenariosNamed } from "./scenario.ts";

/** What the command line asks for. */
export type Options = {
  readonly scenarios: readonly Scenario[];
  /** Names of peers; all without. */
  readonly peers: readonly string[] | undefined;
  readonly rounds: number;
  readonly ms: number;
  /** Folder of the reports; nothing is written without. */
  readonly out: string | undefined;
  /** The Node that servers run on: "26", "24", "22" or a path. */
  readonly node: string;
  /** The load generator in Node, even where a compiled one could be had. */
  readonly nodeGenerator: boolean;
  /** A uWebSockets.js package that is not in node_modules. */
  readonly uws: string | undefined;
};

/** Reads the command line; `defaultOut` is where reports go. `--help` and errors end the process. */
export function readOptions(args: readonly string[], defaultOut: string): Options | "codec" {
  let codec = false;
  const command = new Command("bench")
    .description("Measures exws against other WebSocket servers on this machine.")
    .option("--scenario <names...>", "ids, or beginnings of ids, with * for anything", scenario, undefined)
    .option("--peers <names...>", "only these, in this order; ratios are to the first")
    .option("--rounds <number>", "rounds of each peer in a scenario", count(1, 100), 7)
    .option("--ms <number>", "length of a round in milliseconds", count(50, 60_000), 1000)
    .option("--quick", "a look in a few minutes: 3 rounds of 300 ms, fewer scenarios", false)
    .option("--node <version>", "the Node under the servers: 26, 24, 22 or a path", "26")
    .option("--out <folder>", "where the reports go", defaultOut)
    .option("--no-out", "write no reports")
    .option("--node-generator", "use the load generator in Node even where there is a C compiler", false)
    .option("--uws <path>", "a uWebSockets.js package to measure")
    .option("--list", "print the scenarios and end", false);
  command
    .command("codec")
    .description("measures @exws/frame alone: decoding, encoding, unmasking, UTF-8")
    .action(() => {
      codec = true;
    });
  command.action(() => {}).parse([...args], { from: "user" });
  if (codec) return "codec";

  const { scenario: chosen, peers, quick, rounds, ms, node, out, nodeGenerator, uws, list } = command.opts();
  if (list) {
    for (const { id, title } of scenarios) console.log(`${id.padEnd(28)}${title}`);
    process.exit();
  }
  const given = (name: string): boolean => command.getOptionValueSource(name) === "cli";
  const short = ({ type, kind, connections }: Scenario): boolean =>
    type === "text" && connections <= (kind === "broadcast" ? 1000 : 64);
  return {
    scenarios: chosen ? scenariosNamed(chosen) : quick ? scenarios.filter(short) : scenarios,
    peers,
    rounds: quick && !given("rounds") ? 3 : rounds,
    ms: quick && !given("ms") ? 300 : ms,
    out: out === false ? undefined : out,
    node,
    nodeGenerator,
    uws,
  };
}

function scenario(name: string, previous: string[] = []): string[] {
  try {
    scenariosNamed([name]);
  } catch (error) {
    throw new InvalidArgumentError(`${(error as Error).message}; --list prints them.`);
  }
  return [...previous, name];
}

function count(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}
