import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { ServerConfig } from "../servers/config.ts";
import { bundle, hasDeflate } from "./bundle.ts";
import { serversFolder } from "./folders.ts";
import type { Peer } from "./peer.ts";
import type { Scenario } from "./scenario.ts";

const uncompressed = ({ deflate, nodes }: Scenario): boolean => !deflate && nodes === 1;
const oneProcess = ({ nodes }: Scenario): boolean => nodes === 1;
const rooms = ({ kind, deflate }: Scenario): boolean => kind === "broadcast" && !deflate;

/** What runs on Node: exws twice, and the packages that are dependencies. */
export async function nodePeers(node: string): Promise<Peer[]> {
  const exws = {
    speaks: "websocket",
    takes: hasDeflate ? oneProcess : uncompressed,
    command: onNode(node, await bundle(join(serversFolder, "exws.ts"), "exws")),
  } as const;
  const peer = (name: string, more: Partial<Peer> = {}): Peer => ({
    name,
    label: `${name} ${versionOf(name)}`,
    speaks: "websocket",
    takes: uncompressed,
    command: onNode(node, join(serversFolder, `${name}.ts`)),
    ...more,
  });
  return [
    { ...exws, name: "exws", label: "exws" },
    { ...exws, name: "exws-again", label: "exws again: the noise" },
    {
      name: "exws-rooms",
      label: "exws, rooms of @exws/channels",
      speaks: "websocket",
      takes: rooms,
      command: onNode(node, await bundle(join(serversFolder, "exws-rooms.ts"), "exws-rooms")),
    },
    peer("ws", { takes: oneProcess, label: `ws ${versionOf("ws")}, bufferutil ${versionOf("bufferutil")}` }),
    peer("crossws", { label: `crossws ${versionOf("crossws")}, Node adapter` }),
    peer("faye-websocket"),
    peer("websocket"),
    peer("socket.io", {
      label: `socket.io ${versionOf("socket.io")}, rooms`,
      speaks: "socket.io",
      takes: (scenario) => rooms(scenario) && scenario.engine !== "nats",
    }),
  ];
}

/** The command that starts a program of ours on a Node. */
export function onNode(node: string, ...files: readonly [string, ...string[]]): Peer["command"] {
  const [file, ...rest] = files;
  return (config: ServerConfig, exposeGc: boolean) => [
    node,
    "--no-warnings",
    ...(exposeGc ? ["--expose-gc"] : []),
    file,
    JSON.stringify(config),
    ...rest,
  ];
}

function versionOf(name: string): string {
  const { resolve } = createRequire(import.meta.url);
  for (const folder of resolve.paths(name) ?? []) {
    try {
      return JSON.parse(readFileSync(join(folder, name, "package.json"), "utf8")).version;
    } catch {
      // not in this folder
    }
  }
  return "";
}
