import { defaultOptions, type ProtocolOptions } from "../tester/protocol-options.ts";
import { Fields } from "./fields.ts";
import { FileFault, type Located } from "./located-json.ts";

/** Options of the genuine suite that only have one value here: what it is. */
const fixed: Readonly<Record<string, number | boolean>> = {
  version: 18,
  applyMask: true,
  maxFramePayloadSize: 0,
  maxMessagePayloadSize: 0,
  autoFragmentSize: 0,
  autoPingInterval: 0,
  autoPingTimeout: 0,
  autoPingSize: 4,
  allowHixie76: false,
  webStatus: true,
  maxConnections: 0,
};
/** Those that are lists there; here a list may only say what is so anyway. */
const lists: Readonly<Record<string, string>> = { versions: "[18]", allowedOrigins: '["*"]' };

const ofClient = ["acceptMaskedServerFrames", "maskClientFrames", "serverConnectionDropTimeout", "version"];
const ofServer = [
  "versions",
  "webStatus",
  "requireMaskedClientFrames",
  "maskServerFrames",
  "allowedOrigins",
  "maxConnections",
];

/** Reads `options` of a spec file on top of `base`; throws a FileFault at a name or value that cannot be. */
export function readOptions(
  value: Located | undefined,
  role: "client" | "server",
  base: ProtocolOptions = defaultOptions,
): ProtocolOptions {
  if (value === undefined) return base;
  const fields = new Fields(value, "options");
  const read: Record<string, unknown> = { ...base };
  const foreign = role === "client" ? ofServer : ofClient;
  for (const [name, field] of fields.entries()) {
    fields.get(name);
    if (foreign.includes(name)) throw new FileFault(field.line, `${name} is no option of a ${role}`);
    if (name in lists) checkList(name, field);
    else if (name in fixed) checkFixed(name, field);
    else if (name in defaultOptions) read[name] = optionValue(name as keyof ProtocolOptions, field);
    else throw new FileFault(field.line, `there is no option ${JSON.stringify(name)}`);
  }
  return read as ProtocolOptions;
}

function optionValue(name: keyof ProtocolOptions, field: Located): number | boolean {
  const wanted = typeof defaultOptions[name];
  if (field.kind === "value" && wanted === "boolean" && typeof field.value === "boolean") return field.value;
  if (field.kind === "value" && wanted === "number" && typeof field.value === "number" && field.value >= 0) {
    return field.value;
  }
  const words = wanted === "boolean" ? "true or false" : "a number of seconds, 0 or more";
  throw new FileFault(field.line, `${name} has to be ${words}`);
}

function checkFixed(name: string, field: Located): void {
  if (field.kind === "value" && field.value === fixed[name]) return;
  throw new FileFault(field.line, `${name} can only be ${fixed[name]} here`);
}

function checkList(name: string, field: Located): void {
  const items =
    field.kind === "array" ? field.items.map((item) => (item.kind === "value" ? item.value : {})) : {};
  if (JSON.stringify(items) === lists[name]) return;
  throw new FileFault(field.line, `${name} can only be ${lists[name]} here`);
}
