import { Command, CommanderError, InvalidArgumentError, Option } from "commander";

/** What both commands take. */
export type CommonOptions = {
  readonly cases: readonly string[] | undefined;
  readonly exclude: readonly string[];
  readonly spec: string | undefined;
  readonly outdir: string | undefined;
  readonly reporter: "pretty" | "json" | "junit";
  readonly expect: string | undefined;
  readonly timeout: number | undefined;
  readonly quick: boolean;
  readonly chopSeed: number | undefined;
};

/** What the command line said. */
export type Invocation =
  | ({
      readonly command: "server";
      readonly url: string | undefined;
      readonly agent: string | undefined;
      readonly origin: string | undefined;
      readonly protocols: readonly string[];
      readonly concurrency: number | undefined;
      readonly repeat: number;
    } & CommonOptions)
  | ({
      readonly command: "client";
      readonly host: string;
      readonly port: number;
      readonly run: readonly string[];
    } & CommonOptions)
  | { readonly command: "cases"; readonly patterns: readonly string[] };

const about = `Plays the cases of the Autobahn testsuite: with "server" it tests a server, with "client" it awaits clients.
Without a command, a ws:// or wss:// url is the server to test.`;

/** Reads the arguments. Throws commander's error once it has written what there is to say: 0 for help, 2 for faults. */
export function readInvocation(args: readonly string[], version: string): Invocation {
  let invocation: Invocation | undefined;
  const program = new Command("exws-autobahn").description(about).version(version, "--version");
  const server = common(
    program.command("server", { isDefault: true }).argument("[url]", "ws:// or wss:// url"),
  )
    .description("test a server (the genuine suite's fuzzingclient)")
    .option("--agent <name>", "what the report calls the server; else its Server header")
    .option("--origin <origin>", "Origin header to send")
    .option("--protocol <names>", "subprotocols to offer, with commas between", list)
    .option("--concurrency <n>", "cases at the same time; 1 is one after the other", positive)
    .option("--repeat <n>", "run every case so often; the worst result counts", positive, 1);
  server.action((url: string | undefined, read) => {
    const { protocol = [], agent, origin, concurrency, repeat } = read;
    const own = { url, agent, origin, concurrency, repeat, protocols: protocol };
    invocation = { command: "server", ...own, ...commonOf(server, read) };
  });
  const client = common(program.command("client"))
    .description("await clients (the genuine suite's fuzzingserver)")
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("--port <number>", "port to listen on; 0 for any free one", natural, 9001)
    .option("--run <command...>", "run this command with the url behind it, and end when it has ended");
  client.action((read) => {
    const { host, port, run = [] } = read;
    invocation = { command: "client", host, port, run, ...commonOf(client, read) };
  });
  program
    .command("cases [patterns...]")
    .description("list the cases")
    .action((patterns: string[]) => {
      invocation = { command: "cases", patterns: patterns.length === 0 ? ["*"] : patterns };
    });
  for (const one of [program, ...program.commands]) {
    one.exitOverride((error) => {
      throw new CommanderError(error.exitCode === 0 ? 0 : 2, error.code, error.message);
    });
    one.configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "exws-autobahn: ")) });
  }
  program.parse(args, { from: "user" });
  if (invocation === undefined) throw new CommanderError(2, "exws.none", "nothing to do");
  return invocation;
}

function common(command: Command): Command {
  return command
    .option("--cases <patterns>", "cases to run, as 1.*,6.4.1", list)
    .option("--exclude <patterns>", "cases to leave out", list)
    .option("--quick", "50 instead of 1000 round trips in 9.7, 9.8, 12 and 13")
    .addOption(new Option("--chop <how>", "cut everything that is sent").choices(["random"]))
    .option("--seed <n>", "where --chop cuts: the same places for the same number", natural)
    .option("--timeout <seconds>", "end every case after so long", positive)
    .option("--spec <file>", "a fuzzingclient.json or fuzzingserver.json of the genuine suite")
    .option("--expect <file>", "verdicts that are known, by case; everything else has to be OK")
    .option("--outdir <folder>", "where the reports go")
    .addOption(
      new Option("--reporter <kind>", "what goes to the terminal")
        .choices(["pretty", "json", "junit"])
        .default("pretty"),
    );
}

function commonOf(command: Command, read: Record<string, unknown>): CommonOptions {
  const { cases, exclude = [], spec, outdir, reporter, expect, timeout, quick = false, chop, seed } = read;
  if (seed !== undefined && chop === undefined) command.error("error: --seed goes with --chop random");
  const options = { cases, exclude, spec, outdir, reporter, expect, timeout, quick };
  // A seed is always named in the report, so that a run can be had again.
  const chopSeed = chop === undefined ? undefined : (seed ?? Math.floor(Math.random() * 1e6));
  return { ...options, chopSeed } as CommonOptions;
}

function list(text: string): string[] {
  return text.split(",").map((part) => part.trim());
}

function natural(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(text);
}

function positive(text: string): number {
  const value = natural(text);
  if (value === 0) throw new InvalidArgumentError("It must be more than 0.");
  return value;
}
