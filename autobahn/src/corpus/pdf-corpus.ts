import { Random } from "./random.ts";

const size = 1_042_328;

/** A PDF: streams of octets that look random, between them the objects and tables that hold it together. */
export function makePdf(): Uint8Array {
  const random = new Random(5);
  const pdf = Buffer.alloc(size, 0x20);
  let at = pdf.write("%PDF-1.4\n", "latin1");
  for (let object = 1; at < size; object++) {
    let head = "";
    for (let n = 0; n < 24; n++) {
      head += `${object * 24 + n} 0 obj\n<< /Type /Annot /Subtype /Link /Rect [ ${random.below(600)}.${random.below(1000)} ${random.below(800)}.${random.below(1000)} ${random.below(600)} ${random.below(800)} ] /Border [ 0 0 0 ] /Dest (${random.uint32().toString(36)}) >>\nendobj\n`;
    }
    at += pdf.write(`${head}<< /Length ${object} /Filter /FlateDecode >>\nstream\n`, at, "latin1");
    const length = 2000 + random.below(14_000);
    for (let n = 0; n < length && at < size; n++) pdf[at++] = random.uint32() >>> 24;
    if (at < size) at += pdf.write("\nendstream\nendobj\n", at, "latin1");
  }
  return pdf;
}
