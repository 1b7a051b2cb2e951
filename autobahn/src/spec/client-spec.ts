import { defaultOptions, type ProtocolOptions } from "../tester/protocol-options.ts";
import type { ServerTarget } from "../tester/test-server.ts";
import { Fields } from "./fields.ts";
import { FileFault, type Located, parseLocated } from "./located-json.ts";
import { readSelection, type Selection } from "./selection.ts";
import { readOptions } from "./spec-options.ts";

/** A `fuzzingclient.json`: which servers are tested with which cases. */
export type ClientSpec = Selection & {
  readonly outdir: string | undefined;
  readonly targets: readonly ServerTarget[];
};

/**
 * Reads a `fuzzingclient.json` of the genuine suite. `fallback` is the server when the file names none. Throws a FileFault
 * with the line and what is wrong there.
 */
export function readClientSpec(text: string, fallback?: string): ClientSpec {
  const fields = new Fields(parseLocated(text), "the file");
  const outdir = fields.string("outdir");
  const options = readOptions(fields.get("options"), "client");
  const servers = fields.get("servers");
  const selection = readSelection(fields);
  fields.end("a spec of a fuzzing client");
  const targets = servers === undefined ? [] : targetsOf(servers, options);
  if (targets.length > 0) return { ...selection, outdir, targets };
  if (fallback === undefined) throw new FileFault(fields.lineOf("servers"), "servers names no server");
  return { ...selection, outdir, targets: [targetOf(fallback, options)] };
}

/** A server by its url, ws:// or wss://; throws a TypeError when it is something else. */
export function targetOf(address: string, options: ProtocolOptions = defaultOptions): ServerTarget {
  return { url: urlOf(address), protocols: [], options };
}

function targetsOf(servers: Located, options: ProtocolOptions): ServerTarget[] {
  if (servers.kind !== "array") throw new FileFault(servers.line, "servers has to be an array");
  return servers.items.map((item) => {
    const fields = new Fields(item, "a server");
    const address = fields.required("url", fields.string("url"));
    const target = {
      agent: fields.string("agent"),
      origin: fields.string("origin"),
      protocols: fields.strings("protocols") ?? [],
      hostname: fields.string("hostname"),
      options: readOptions(fields.get("options"), "client", options),
    };
    fields.end("a server");
    try {
      return { ...target, url: urlOf(address) };
    } catch (error) {
      throw new FileFault(fields.lineOf("url"), error instanceof Error ? error.message : String(error));
    }
  });
}

function urlOf(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol === "ws:" || url?.protocol === "wss:") return url;
  throw new TypeError(`${address} is no ws:// or wss:// url`);
}
