/** Round trips kept for the figures and shown as bars. */
const kept = 1_000;
const bars = 40;

/** The times that messages took to come back, as figures and bars. */
export class RoundTrips {
  /** @type {number[]} */
  #times = [];
  #count = 0;
  #different = 0;
  #isDrawn = true;

  /** @param {{ milliseconds: number, same: boolean }} trip */
  add({ milliseconds, same }) {
    this.#count++;
    if (!same) this.#different++;
    this.#times.push(milliseconds);
    if (this.#times.length > kept) this.#times.shift();
    if (!this.#isDrawn) return;
    this.#isDrawn = false;
    requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#isDrawn = true;
    const sorted = this.#times.toSorted((one, other) => one - other);
    show("latest", this.#times.at(-1));
    show("best", sorted[0]);
    show("median", sorted[sorted.length >> 1]);
    show("worst", sorted.at(-1));

    const latest = this.#times.slice(-bars);
    const highest = Math.max(...latest);
    const row = Array.from({ length: bars }, (_, i) => {
      const bar = document.createElement("i");
      const time = latest[i - bars + latest.length];
      if (time === undefined) bar.className = "none";
      else bar.style.height = `${(100 * time) / highest}%`;
      return bar;
    });
    document.getElementById("bars")?.replaceChildren(...row);

    const verdict = document.getElementById("verdict");
    verdict?.classList.toggle("bad", this.#different > 0);
    if (verdict === null) return;
    verdict.textContent =
      this.#different > 0
        ? `${this.#different} of ${this.#count} came back changed.`
        : `${this.#count} sent and back, every byte the same.`;
  }
}

/** @param {string} id @param {number | undefined} milliseconds */
function show(id, milliseconds) {
  const place = document.getElementById(id);
  if (place !== null && milliseconds !== undefined) place.textContent = formatTime(milliseconds);
}

/** Three digits that count, at most two of them behind the point. @param {number} milliseconds */
export function formatTime(milliseconds) {
  return milliseconds.toFixed(milliseconds < 10 ? 2 : milliseconds < 100 ? 1 : 0);
}
