import { Random } from "./random.ts";
import { makeWords, WordPicker } from "./words.ts";

const characters = 263_620;
/** 25 characters of two octets and one of three: 27 octets more than characters, all near each other. */
const foreign =
  "Größen, Maße, Übergänge, ähnliche Wörter, höflich, natürlich, künftig, Bäume, Flüsse, Äpfel, Öfen, dänisch, 20 €, süß, grün, für, Tür, Höhe, Käse, Zähne, Mühle, Löwe";
const foreignAt = 131_000;

/** A long page of documentation: chapters with the same frame of markup around few words of their own. */
export function makeHtml(): Uint8Array {
  const random = new Random(4);
  const ascii = (word: string): boolean => /^[a-z]+$/i.test(word);
  const words = new WordPicker(random, makeWords(random, 3000).filter(ascii), 6);
  const phrase = (count: number): string => Array.from({ length: count }, () => words.next()).join(" ");
  const menu = Array.from({ length: 6 }, () => {
    const name = words.next();
    return `      <li class="toctree-l${1 + random.below(3)}"><a class="reference internal" href="${name}-${random.below(10_000)}.html#${words.next()}">${phrase(3)}</a></li>\n`;
  }).join("");
  let page = `<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8"><title>${phrase(3)}</title></head>\n<body>\n`;
  while (page.length < characters) {
    const entry = words.next();
    page += `  <section id="${entry}-${random.below(1000)}">\n    <h2>${phrase(2)}</h2>\n    <ul class="current">\n${menu}    </ul>\n`;
    for (let n = 0; n < 1; n++) page += `    <p class="last">${phrase(6)}.</p>\n`;
    page += "  </section>\n";
  }
  const text = page.slice(0, foreignAt) + foreign + page.slice(foreignAt + foreign.length, characters - 15);
  return new TextEncoder().encode(`${text}\n</body></html>\n`.slice(0, characters));
}
