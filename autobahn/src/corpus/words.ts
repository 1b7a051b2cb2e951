import type { Random } from "./random.ts";

const onsets = [
  "b",
  "d",
  "f",
  "g",
  "h",
  "k",
  "l",
  "m",
  "n",
  "r",
  "s",
  "sch",
  "st",
  "t",
  "w",
  "z",
  "br",
  "gr",
  "kl",
  "tr",
  "v",
  "sp",
];
const nuclei = [
  "a",
  "e",
  "i",
  "o",
  "u",
  "ei",
  "au",
  "ie",
  "e",
  "e",
  "a",
  "o",
  "u",
  "ä",
  "ü",
  "a",
  "i",
  "e",
  "i",
  "o",
];
const codas = ["", "n", "r", "l", "s", "t", "ch", "nd", "rt", "ng", "m", "nt", "", "", "n", "r"];
const endings = ["", "en", "er", "e", "ung", "lich", "es", "te", "ten", "em", "heit", ""];
const small = [
  "der",
  "die",
  "und",
  "in",
  "den",
  "von",
  "zu",
  "das",
  "mit",
  "sich",
  "des",
  "auf",
  "für",
  "ist",
  "im",
  "dem",
  "nicht",
  "ein",
  "eine",
  "als",
  "auch",
  "es",
  "an",
  "er",
  "hat",
  "aus",
  "sie",
  "nach",
  "wird",
  "bei",
  "um",
  "so",
];

/** Makes `count` words that look German, the short common ones first, none twice. */
export function makeWords(random: Random, count: number): string[] {
  const words = new Set(small);
  while (words.size < count) {
    let word = "";
    for (let syllables = 1 + random.below(3); syllables > 0; syllables--) {
      word += random.pick(onsets) + random.pick(nuclei) + random.pick(codas);
    }
    word += random.pick(endings);
    if (random.below(3) === 0) word = word[0]!.toUpperCase() + word.slice(1);
    words.add(word);
  }
  return [...words];
}

/** Picks words so that the one at place n of the list comes about 1/(n + shift) as often as the first. */
export class WordPicker {
  readonly #words: readonly string[];
  readonly #random: Random;
  readonly #sums: number[] = [];

  constructor(random: Random, words: readonly string[], shift: number) {
    this.#random = random;
    this.#words = words;
    let sum = 0;
    for (let n = 0; n < words.length; n++) {
      sum += 1 / (n + shift);
      this.#sums.push(sum);
    }
  }

  next(): string {
    const wanted = this.#random.fraction() * this.#sums.at(-1)!;
    let low = 0;
    let high = this.#sums.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#sums[middle]! < wanted) low = middle + 1;
      else high = middle;
    }
    return this.#words[low]!;
  }
}
