const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Packs a value as JSON. */
export function encodeJson(value: unknown): Uint8Array {
  return encoder.encode(JSON.stringify(value));
}

/** Whether JSON has a key that `decodeJson` takes for an attack. */
export function hasPrototypes(json: string): boolean {
  return json.includes('"__proto__":');
}

/** Reads JSON of another program. `undefined` for what is none, and for an object that would bring its own prototype. */
export function decodeJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes), withoutPrototypes);
  } catch {
    return undefined;
  }
}

function withoutPrototypes(key: string, value: unknown): unknown {
  if (key === "__proto__") throw new SyntaxError("An object with the key __proto__");
  return value;
}
