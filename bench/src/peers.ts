import { join } from "node:path";
import { compile } from "./compile.ts";
import { findProgram } from "./find-program.ts";
import { findUws } from "./find-uws.ts";
import { rootFolder, serversFolder } from "./folders.ts";
import { nodePeers, onNode } from "./node-peers.ts";
import type { Missing, Peer } from "./peer.ts";
import type { Scenario } from "./scenario.ts";

/** Who takes part, in the order of the report, and who does not. */
export type Field = { readonly peers: readonly Peer[]; readonly missing: readonly Missing[] };

const program = (name: string): string => join(serversFolder, name);
const oneProcess = ({ nodes }: Scenario): boolean => nodes === 1;
const uncompressed = ({ deflate, nodes }: Scenario): boolean => !deflate && nodes === 1;
/** Without framing there is no closing handshake, and nobody to broadcast to. */
const bytesOnly = ({ kind, deflate, closing }: Scenario): boolean =>
  kind !== "broadcast" && !deflate && !closing;

/** Finds every peer that can run here; `node` is the Node for those that run on one, `uws` a uWebSockets.js package. */
export async function findPeers(node: string, uws?: string): Promise<Field> {
  const found = [bun(), deno(), uWebSockets(node, uws), c()];
  return {
    peers: [
      ...(await nodePeers(node)),
      ...found.flatMap((peer) => ("why" in peer ? [] : [peer])),
      {
        name: "net",
        label: "floor: bare net.Socket, no framing",
        speaks: "bytes",
        takes: bytesOnly,
        command: onNode(node, program("net.ts")),
      },
    ],
    missing: found.flatMap((peer) => ("why" in peer ? [peer] : [])),
  };
}

function bun(): Peer | Missing {
  const found = findProgram(join(rootFolder, "node_modules/@oven/bun-linux-x64/bin/bun"), "bun");
  if (found === undefined) return { name: "bun", why: "there is no program bun" };
  return {
    name: "bun",
    label: `Bun ${found.version}`,
    speaks: "websocket",
    takes: oneProcess,
    command: (config) => [found.path, "run", program("bun.ts"), JSON.stringify(config)],
  };
}

function deno(): Peer | Missing {
  const found = findProgram(join(rootFolder, "node_modules/@deno/linux-x64-glibc/deno"), "deno");
  if (found === undefined) return { name: "deno", why: "there is no program deno" };
  return {
    name: "deno",
    label: `Deno ${found.version}`,
    speaks: "websocket",
    takes: uncompressed,
    command: (config) => [
      found.path,
      "run",
      "--no-config",
      "--allow-net=127.0.0.1",
      program("deno.ts"),
      JSON.stringify(config),
    ],
  };
}

function uWebSockets(node: string, path: string | undefined): Peer | Missing {
  const nodes = [
    node,
    join(rootFolder, "node_modules/node24/bin/node"),
    join(rootFolder, "node_modules/node22/bin/node"),
  ];
  const found = findUws(nodes, path);
  if (typeof found === "string") return { name: "uws", why: found };
  return {
    name: "uws",
    label: "uWebSockets.js (C++)",
    speaks: "websocket",
    takes: oneProcess,
    command: onNode(found.node, program("uws.ts"), found.path),
  };
}

function c(): Peer | Missing {
  const echo = compile("echo");
  if (echo === undefined) return { name: "c", why: "there is no C compiler, or no epoll" };
  return {
    name: "c",
    label: "floor: C and epoll, no framing",
    speaks: "bytes",
    takes: bytesOnly,
    command: () => [echo],
  };
}
