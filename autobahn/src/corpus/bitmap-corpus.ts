import { Random } from "./random.ts";

const size = 263_222;
const header = 54 + 4 * 256;
const width = 512;

/** A greyscale bitmap: slow shading under much grain, with parts of rows that repeat the row above. */
export function makeBitmap(): Uint8Array {
  const random = new Random(2);
  const bitmap = new Uint8Array(size);
  const view = new DataView(bitmap.buffer);
  bitmap.set([0x42, 0x4d]);
  view.setUint32(2, size, true);
  view.setUint32(10, header, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, width, true);
  view.setInt32(22, Math.floor((size - header) / width), true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 8, true);
  for (let grey = 0; grey < 256; grey++) bitmap.fill(grey, 54 + 4 * grey, 57 + 4 * grey);
  for (let at = header; at < size; at++) {
    if (at > header + 8 * width && random.below(50) === 0) {
      const run = 4 + random.below(3);
      const source = at - width * (1 + random.below(8));
      bitmap.set(bitmap.slice(source, Math.min(source + run, source + size - at)), at);
      at += run - 1;
      continue;
    }
    const row = (at - header) / width;
    const shade = 128 + 40 * Math.sin(row / 41) + 12 * Math.sin(((at - header) % width) / 37);
    bitmap[at] = Math.max(0, Math.min(255, shade + 30 * random.normal()));
  }
  return bitmap;
}
