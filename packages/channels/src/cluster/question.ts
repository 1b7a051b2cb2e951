import { decodeJson, encodeJson } from "./json.ts";

/** What nodes can be asked about a channel. */
export type Subject = "size" | "members" | "presence";

/** A question to all nodes. */
export type Question = { readonly number: number; readonly subject: Subject; readonly id: string };

/** What a node says to a question, or a part of it: a number for a size, else a list. */
export type Answer = {
  readonly number: number;
  readonly part: number;
  /** How many parts there are. */
  readonly parts: number;
  readonly content: number | readonly unknown[];
};

/** Octets of an answer besides its list. */
const frameBytes = 100;

const encoder = new TextEncoder();

/** Packs a question. */
export function encodeQuestion({ number, subject, id }: Question): Uint8Array {
  return encodeJson([number, subject, id]);
}

/** Reads a question; `undefined` for what is none. */
export function decodeQuestion(bytes: Uint8Array): Question | undefined {
  const json = decodeJson(bytes);
  if (!Array.isArray(json) || json.length !== 3) return undefined;
  const [number, subject, id] = json as unknown[];
  if (!isCount(number) || typeof id !== "string") return undefined;
  if (subject !== "size" && subject !== "members" && subject !== "presence") return undefined;
  return { number, subject, id };
}

/** Packs an answer in parts of at most so many octets. An item that does not fit into one is left out. */
export function encodeAnswer(
  number: number,
  content: number | Iterable<unknown>,
  limit: number,
): Uint8Array[] {
  if (typeof content === "number") return [encodeJson([number, 0, 1, content])];
  const parts: string[] = [];
  let items: string[] = [];
  let bytes = frameBytes;
  for (const each of content) {
    const item = JSON.stringify(each);
    const more = Buffer.byteLength(item) + 1;
    if (frameBytes + more > limit) continue;
    if (bytes + more > limit) {
      parts.push(items.join());
      items = [];
      bytes = frameBytes;
    }
    items.push(item);
    bytes += more;
  }
  parts.push(items.join());
  return parts.map((list, part) => encoder.encode(`[${number},${part},${parts.length},[${list}]]`));
}

/** Reads an answer; `undefined` for what is none. */
export function decodeAnswer(bytes: Uint8Array): Answer | undefined {
  const json = decodeJson(bytes);
  if (!Array.isArray(json) || json.length !== 4) return undefined;
  const [number, part, parts, content] = json as unknown[];
  if (!isCount(number) || !isCount(part) || !isCount(parts) || part >= parts) return undefined;
  if (!isCount(content) && !Array.isArray(content)) return undefined;
  return { number, part, parts, content };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
