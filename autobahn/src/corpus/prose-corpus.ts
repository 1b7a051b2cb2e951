import { Random } from "./random.ts";
import { makeWords, WordPicker } from "./words.ts";

const size = 222_218;

/** Sentences of words that look German, in lines of about 70 characters. */
export function makeProse(): Uint8Array {
  const random = new Random(3);
  const picker = new WordPicker(random, makeWords(random, 6000), 7);
  const recent: string[] = [];
  let text = "";
  let line = 0;
  const add = (word: string): void => {
    const breaks = line + word.length > 70;
    text += (text === "" ? "" : breaks ? "\r\n" : " ") + word;
    line = breaks ? word.length : line + 1 + word.length;
  };
  while (text.length < size) {
    const words = 4 + random.below(16);
    for (let n = 1; n <= words; n++) {
      // A text comes back to what it is about.
      const known = recent.length > 0 && random.below(7) === 0;
      let word = known ? random.pick(recent) : picker.next();
      if (!known && word.length > 5) recent.push(word);
      if (recent.length > 160) recent.shift();
      if (n === 1) word = word[0]!.toUpperCase() + word.slice(1);
      if (n === words) word += random.pick([".", ".", ".", "!", "?", ":"]);
      else if (random.below(8) === 0) word += ",";
      add(word);
    }
    if (random.below(12) === 0) {
      text += "\r\n\r\n";
      line = 0;
    }
  }
  return cutBetweenCharacters(new TextEncoder().encode(text), size);
}

/** The first `length` octets; where they would end inside a character, blanks take the place of its part. */
function cutBetweenCharacters(octets: Uint8Array, length: number): Uint8Array {
  const cut = octets.slice(0, length);
  let end = length;
  while ((octets[end]! & 0xc0) === 0x80) end--;
  return cut.fill(0x20, end);
}
