// Runs the ts and js blocks of the Markdown file that its argument names, as a reader would who has installed the
// packages:
//
// - each block is a module of its own beside the file, in the file's order, all in this one process, so that a client's
//   block finds the server that a block before it started; `@exws/x` is the sources of packages/x (or of autobahn);
// - a block has run when its module has run to its end, top-level awaits included, and every line that it announces
//   with a comment `// prints hello` has been printed;
// - a port that the file names (4545) is a free one here, for who listens and for who connects to it;
// - on the ports of Redis and NATS, if a block names them, one of them is running;
// - when the last block has run, the process ends, whatever is still listening. An error until then, in a callback
//   too, is a failure.
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import "../processes/src/resolve-sources.ts";
import { sources as fromSources } from "../processes/src/sources.ts";
import { type Block, blocksOf } from "./blocks.ts";
import { enginesFor } from "./engines.ts";
import { freePorts } from "./free-ports.ts";
import { watchOutput } from "./watch-output.ts";

const file = resolve(process.argv[2]!);
// Processes that a block forks with our flags find the packages, too.
process.execArgv.push(...fromSources);

const sources = new Map<string, Pick<Block, "language" | "code">>();

registerHooks({
  resolve(specifier, context, next) {
    if (sources.has(specifier)) return { url: specifier, shortCircuit: true };
    return next(specifier, context);
  },
  load(url, context, next) {
    const block = sources.get(url);
    if (block === undefined) return next(url, context);
    const format = block.language === "ts" ? "module-typescript" : "module";
    return { format, source: block.code, shortCircuit: true };
  },
});

const blocks = blocksOf(readFileSync(file, "utf8")).filter(({ language }) => language !== "sh");
freePorts(await enginesFor(blocks));
const printed = watchOutput();

for (const { language, code, line } of blocks) {
  const url = `${pathToFileURL(file).href}.line-${line}.${language}`;
  sources.set(url, { language, code });
  // Still there when the process ends on an error or is ended for taking too long.
  process.stderr.write(`The block at ${file}:${line}\n`);
  await import(url);
  for (const [, text = ""] of code.matchAll(/\/\/ prints (.+)$/gm)) await printed(text.trim());
}
process.exit();
