import { existsSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { run } from "./run.mjs";

/**
 * What the tests use of the machine that does not come from npm: any of the commands will do, the Debian package is
 * what gets installed when there is none, and the variable tells the tests which one it is (set it to choose one).
 *
 * @type {readonly { commands: readonly string[], debian: string, variable: string, use: string }[]}
 */
const needed = [
  {
    commands: [
      "chromium",
      "chromium-browser",
      "google-chrome",
      "google-chrome-stable",
      "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
      "/Applications/Chromium.app/Contents/MacOS/Chromium",
    ],
    debian: "chromium",
    variable: "EXWS_CHROMIUM",
    use: "the browser tests",
  },
  { commands: ["curl"], debian: "curl", variable: "EXWS_CURL", use: "the plain HTTP tests" },
  {
    commands: ["redis-server"],
    debian: "redis-server",
    variable: "EXWS_REDIS",
    use: "the tests over Redis",
  },
  { commands: ["nats-server"], debian: "nats-server", variable: "EXWS_NATS", use: "the tests over NATS" },
];

/** Debian puts servers where the PATH of an ordinary user does not lead. */
const serverFolders = ["/usr/sbin", "/usr/local/sbin"];

/** @param {string} command */
function find(command) {
  if (isAbsolute(command)) return existsSync(command) ? command : undefined;
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), ...serverFolders];
  const places = folders.map((folder) => join(folder, command));
  return places.find((place) => existsSync(place));
}

/** Sets the variables of what is there and tells what is not. */
function missing() {
  return needed.filter(({ commands, variable }) => {
    const chosen = process.env[variable];
    const place =
      chosen === undefined ? commands.map(find).find((found) => found !== undefined) : find(chosen);
    if (place !== undefined) process.env[variable] = place;
    return place === undefined;
  });
}

/**
 * Installs what the tests need of the machine from Debian's packages, where that is possible without asking (root and
 * apt-get), and throws with a line that says what to install where it is not.
 *
 * @returns {Promise<string>} what was done, in a few words
 */
export async function prepareMachine() {
  const wanted = missing();
  if (wanted.length === 0) return "";
  const packages = wanted.map(({ debian }) => debian);
  let log = "";
  if (process.getuid?.() === 0 && find("apt-get") !== undefined) {
    const quiet = { env: { DEBIAN_FRONTEND: "noninteractive" } };
    log += (await run("apt-get", ["update"], quiet)).output;
    log += (await run("apt-get", ["install", "-y", "--no-install-recommends", ...packages], quiet)).output;
    if (missing().length === 0) return `installed ${packages.join(", ")}`;
  }
  const lines = missing().map(
    ({ commands, debian, variable, use }) =>
      `${commands[0]} is missing (for ${use}): install it (Debian: apt-get install ${debian}) or name it in ${variable}`,
  );
  throw new Error(`${log}${lines.join("\n")}`);
}
