import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { ServerConfig } from "../servers/config.ts";
import { bundleExws, hasDeflate } from "./bundle-exws.ts";
import { compile } from "./compile.ts";
import { findProgram } from "./find-program.ts";
import { rootFolder, serversFolder } from "./folders.ts";
import type { Missing, Peer } from "./peer.ts";
import type { Scenario } from "./scenario.ts";

/** Who takes part, in the order of the report, and who does not. */
export type Field = { readonly peers: readonly Peer[]; readonly missing: readonly Missing[] };

const require = createRequire(import.meta.url);

function versionOf(name: string): string {
  for (const folder of require.resolve.paths(name) ?? []) {
    try {
      return JSON.parse(readFileSync(join(folder, name, "package.json"), "utf8")).version;
    } catch {}
  }
  return "";
}

/** All WebSocket scenarios but permessage-deflate. */
const uncompressed = ({ deflate }: Scenario): boolean => !deflate;
const echoOnly = ({ kind, deflate }: Scenario): boolean => !deflate && kind !== "broadcast";
const everything = (): boolean => true;

const program = (name: string): string => join(serversFolder, name);

/** Finds every peer that can run here; `node` is the Node for those that run on one. */
export async function findPeers(node: string): Promise<Field> {
  const peers: Peer[] = [];
  const missing: Missing[] = [];
  const onNode = (file: string) => (config: ServerConfig, exposeGc: boolean) => [
    node,
    "--no-warnings",
    ...(exposeGc ? ["--expose-gc"] : []),
    file,
    JSON.stringify(config),
  ];

  const exws = onNode(await bundleExws());
  const takes = hasDeflate() ? everything : uncompressed;
  const own = { speaks: "websocket", takes, command: exws } as const;
  peers.push(
    { ...own, name: "exws", label: "exws" },
    { ...own, name: "exws-again", label: "exws again: the noise" },
  );

  peers.push({
    name: "ws",
    label: `ws ${versionOf("ws")} with bufferutil ${versionOf("bufferutil")}`,
    speaks: "websocket",
    takes: everything,
    command: onNode(program("ws.ts")),
  });

  const bun = findProgram("bun", join(rootFolder, "node_modules/@oven/bun-linux-x64/bin/bun"));
  if (bun === undefined) missing.push({ name: "bun", why: "no program bun" });
  else
    peers.push({
      name: "bun",
      label: `Bun ${bun.version}`,
      speaks: "websocket",
      takes: everything,
      command: (config) => [bun.path, "run", program("bun.ts"), JSON.stringify(config)],
    });

  peers.push({
    name: "net",
    label: "floor: bare net.Socket, no framing",
    speaks: "bytes",
    takes: echoOnly,
    command: onNode(program("net.ts")),
  });
  const echo = compile("echo");
  if (echo === undefined) missing.push({ name: "c", why: "no C compiler, or no Linux" });
  else
    peers.push({
      name: "c",
      label: "floor: C and epoll, no framing",
      speaks: "bytes",
      takes: echoOnly,
      command: () => [echo],
    });
  return { peers, missing };
}
