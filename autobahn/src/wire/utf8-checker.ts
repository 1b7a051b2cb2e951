import { isAscii } from "node:buffer";

/** Checks UTF-8 (RFC 3629 §4) piece by piece, and refuses at the first octet after which nothing can become legal. */
export class Utf8Checker {
  /** Octets that the character begun still needs. */
  #needed = 0;
  /** The range of the next octet of the character begun. */
  #lowest = 0x80;
  #highest = 0xbf;
  #failed = false;

  /** Whether all so far can begin a legal text. After an illegal octet the answer stays no. */
  push(octets: Uint8Array): boolean {
    if (this.#failed) return false;
    if (this.#needed === 0 && isAscii(octets)) return true;
    for (const octet of octets) {
      if (!this.#take(octet)) {
        this.#failed = true;
        return false;
      }
    }
    return true;
  }

  /** Whether the text may end here: legal so far, and no character begun. */
  get complete(): boolean {
    return !this.#failed && this.#needed === 0;
  }

  #take(octet: number): boolean {
    if (this.#needed > 0) {
      if (octet < this.#lowest || octet > this.#highest) return false;
      this.#needed--;
      this.#lowest = 0x80;
      this.#highest = 0xbf;
      return true;
    }
    if (octet < 0x80) return true;
    // C0 and C1 would encode too long, F5 and above lie beyond U+10FFFF.
    if (octet < 0xc2 || octet > 0xf4) return false;
    this.#needed = octet < 0xe0 ? 1 : octet < 0xf0 ? 2 : 3;
    if (octet === 0xe0) this.#lowest = 0xa0;
    if (octet === 0xed) this.#highest = 0x9f;
    if (octet === 0xf0) this.#lowest = 0x90;
    if (octet === 0xf4) this.#highest = 0x8f;
    return true;
  }
}
