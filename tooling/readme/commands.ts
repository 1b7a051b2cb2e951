/** What a command in a `sh` block may refer to. */
export type Known = {
  /** Scripts of the root package.json. */
  scripts: readonly string[];
  /** Names of the packages that can be installed. */
  packages: readonly string[];
  /** Options of the scripts that take any, as `--port` of `start`. */
  options: Readonly<Record<string, readonly string[]>>;
  /** Packages that npx runs, and their options. */
  programs: Readonly<Record<string, readonly string[]>>;
};

/** What is wrong with a `sh` block: each line must be a command that is known to work, a comment or nothing. */
export function faultsOfCommands(code: string, known: Known): string[] {
  return code
    .replaceAll("\\\n", " ")
    .split("\n")
    .map((line) =>
      line
        .replace(/(^|\s)#.*$/, "")
        .replace(/^\$ /, "")
        .trim(),
    )
    .filter((line) => line !== "")
    .flatMap((line) => {
      const fault = faultOfCommand(line.split(/\s+/), known);
      return fault === undefined ? [] : [`${line}: ${fault}`];
    });
}

function faultOfCommand([program, verb = "", ...rest]: readonly string[], known: Known): string | undefined {
  if (program === "git" && verb === "clone") return undefined;
  if (program === "cd") return undefined;
  if (program === "npx") return faultOfProgram(verb, rest, known);
  if (program !== "npm") return `${program} is no command that the README test knows`;
  if (verb === "install" || verb === "i") {
    const unknown = rest.filter((name) => !name.startsWith("-") && !known.packages.includes(name));
    return unknown.length > 0 || rest.length === 0
      ? `${unknown.join(", ")} is no package of ours`
      : undefined;
  }
  const [script, options] = verb === "run" ? [rest[0] ?? "", rest.slice(1)] : [verb, rest];
  if (!known.scripts.includes(script)) return `package.json has no script ${script}`;
  if (options.length === 0) return undefined;
  const taken = known.options[script];
  if (taken === undefined) return `${script} takes no options`;
  if (options[0] !== "--") return "options need a -- before them";
  const wrong = options.slice(1).filter((word) => word.startsWith("--") && !taken.includes(word));
  return wrong.length > 0 ? `${script} has no option ${wrong.join(", ")}` : undefined;
}

function faultOfProgram(name: string, words: readonly string[], { programs }: Known): string | undefined {
  const taken = programs[name];
  if (taken === undefined) return `${name} is no program of ours`;
  const wrong = words.filter((word) => word.startsWith("--") && !taken.includes(word));
  return wrong.length > 0 ? `${name} has no option ${wrong.join(", ")}` : undefined;
}
