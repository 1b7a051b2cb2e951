import * as util from "node:util";

const live = process.stdout.isTTY === true && process.env["CI"] === undefined;

/**
 * @param {"green" | "red" | "dim" | "bold"} style
 * @param {string} text
 */
function styled(style, text) {
  const plain = process.env["NO_COLOR"] !== undefined || process.stdout.isTTY !== true;
  return plain ? text : util.styleText(style, text);
}

const seconds = (/** @type {number} */ since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/**
 * Prints one line for each step, when it ends; on a terminal the steps that are running stand in a last line that
 * counts their seconds.
 */
export class Progress {
  /** @type {Map<string, number>} */
  #started = new Map();
  /** @type {NodeJS.Timeout | undefined} */
  #timer;

  /** @param {string} name */
  start(name) {
    this.#started.set(name, performance.now());
    if (live) this.#timer ??= setInterval(() => this.#draw(), 500).unref();
    this.#draw();
  }

  /**
   * @param {string} name
   * @param {boolean} ok
   * @param {string} [note] what there is to say of it in a few words
   */
  end(name, ok, note = "") {
    const took = seconds(this.#started.get(name) ?? performance.now());
    this.#started.delete(name);
    const mark = ok ? styled("green", "✓") : styled("red", "✗");
    this.line(`${mark} ${name.padEnd(34)} ${styled("dim", took.padStart(7))}  ${note}`.trimEnd());
    if (this.#started.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    this.#draw();
  }

  /** Forgets the steps that will not end: one before them failed. */
  drop() {
    this.#started.clear();
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.line();
  }

  /** Prints a line of its own above the running steps. @param {string} [text] */
  line(text) {
    if (live) process.stdout.write("\r\x1b[2K");
    if (text !== undefined) process.stdout.write(`${text}\n`);
  }

  #draw() {
    if (!live || this.#started.size === 0) return;
    const steps = [...this.#started].map(([name, since]) => `${name} ${seconds(since)}`);
    process.stdout.write(
      `\r\x1b[2K${styled("dim", `… ${steps.join(" · ")}`.slice(0, process.stdout.columns))}`,
    );
  }
}
