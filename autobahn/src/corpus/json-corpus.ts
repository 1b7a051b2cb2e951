import { Random } from "./random.ts";

const size = 194_056;

/** Readings of many sensors: records that differ in a few digits, so that each is nearly the one before it. */
export function makeJson(): Uint8Array {
  const random = new Random(1);
  const records: string[] = [];
  let length = 2;
  let temperature = 21.5;
  for (let n = 0; ; n++) {
    if (random.below(4) === 0) temperature += (random.below(21) - 10) / 10;
    const record = `  {\n    "Station": "QX-${1 + Math.floor(n / 400)}",\n    "sequence": ${100_000 + n},\n    "temperature": ${temperature.toFixed(1)},\n    "unit": "celsius",\n    "position": [49.59${random.below(8)}, 11.00],\n    "level": ${40 + random.below(12)},\n    "valid": true\n  }`;
    if (length + record.length + 2 > size - 400) break;
    records.push(record);
    length += record.length + 2;
  }
  const text = `[\n${records.join(",\n")}\n]`;
  return new TextEncoder().encode(text.padEnd(size, " "));
}
