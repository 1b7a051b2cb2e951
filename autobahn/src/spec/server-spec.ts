import type { ProtocolOptions } from "../tester/protocol-options.ts";
import { Fields } from "./fields.ts";
import { parseLocated } from "./located-json.ts";
import { readSelection, type Selection } from "./selection.ts";
import { readOptions } from "./spec-options.ts";

/** A `fuzzingserver.json`: where clients are awaited and with which cases they are tested. */
export type ServerSpec = Selection & {
  readonly url: string;
  readonly outdir: string | undefined;
  readonly protocols: readonly string[];
  readonly options: ProtocolOptions;
  /** Files in PEM format, for wss:// urls. */
  readonly key: string | undefined;
  readonly cert: string | undefined;
};

/** Reads a `fuzzingserver.json` of the genuine suite. Throws a FileFault with the line and what is wrong there. */
export function readServerSpec(text: string): ServerSpec {
  const fields = new Fields(parseLocated(text), "the file");
  const spec = {
    url: fields.string("url") ?? "ws://127.0.0.1:9001",
    outdir: fields.string("outdir"),
    protocols: fields.strings("protocols") ?? [],
    options: readOptions(fields.get("options"), "server"),
    key: fields.string("key"),
    cert: fields.string("cert"),
    ...readSelection(fields),
  };
  // What the genuine suite's web server serves; ours always serves its start page and the reports.
  fields.get("webport");
  fields.end("a spec of a fuzzing server");
  return spec;
}
