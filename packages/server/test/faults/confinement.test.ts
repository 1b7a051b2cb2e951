import { dirname } from "node:path";
import { describe, expect, test } from "vitest";
import { bundle, Child } from "../support/child.ts";

const major = Number(process.versions.node.split(".")[0]);
const folder = dirname(await bundle("confined-server"));

/** What the script prints when everything works. */
const works = {
  // "anonymous", the echo of "echo", of 01ff, a Pong "p", the Close 4000
  good: ["HTTP/1.1 101", "8109616e6f6e796d6f7573" + "81046563686f" + "820201ff" + "8a0170" + "88020fa0"],
  refused: ["HTTP/1.1 403", true],
  foreign: "HTTP/1.1 403",
  plain: ["HTTP/1.1 200", "page"],
  broken: ["HTTP/1.1 101", true],
  evil: false,
  seen: ["ping", "closed 4000 peer", "closed 1002 protocol"],
};

type Print = Omit<typeof works, "good"> & { good: [string, string]; port: number };

/** The frames of the good run, sorted by kind: a Pong may overtake the reply of a callback. */
function normalised(print: Print): object {
  const { port: _, ...rest } = print;
  return rest;
}

async function run(
  flags: readonly string[],
  options: unknown = {},
): Promise<{ print: object; code: number | null; stderr: string }> {
  const child = await Child.printing("confined-server", { flags, options });
  return { print: normalised(child.print as Print), code: child.code, stderr: child.stderr };
}

describe("the server under unusual conditions of the process", () => {
  test("with no flags at all, to compare with", async () => {
    expect(await run([])).toMatchObject({ print: works, code: 0, stderr: "" });
  });

  test.each([
    ["--frozen-intrinsics", ["--frozen-intrinsics"]],
    ["--disable-proto=delete", ["--disable-proto=delete"]],
    ["--disable-proto=throw", ["--disable-proto=throw"]],
    ["--throw-deprecation", ["--throw-deprecation"]],
    ["--throw-deprecation, even of what is only pending", ["--throw-deprecation", "--pending-deprecation"]],
    ["--disallow-code-generation-from-strings", ["--disallow-code-generation-from-strings"]],
    [
      "--permission, with nothing but its own folder to read",
      ["--permission", `--allow-fs-read=${folder}`, ...(major >= 25 ? ["--allow-net"] : [])],
    ],
  ])("%s", async (_, flags) => {
    expect(await run(flags)).toMatchObject({ print: works, code: 0 });
  });

  test("with a polluted Object.prototype", async () => {
    expect(await run([], "pollute")).toMatchObject({ print: works, code: 0 });
  });
});
