import { formatTime } from "./round-trips.js";

/** Rows that are kept; older ones go. */
const most = 300;
/** What is shown of a message. */
const previewChars = 160;
const previewBytes = 24;

const clock = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
  hourCycle: "h23",
});

/** What happened on the connection, the latest first. */
export class Log {
  #list;
  #empty;
  /** Rows for the next frame: drawn any earlier, they would hold up the echo that is being timed. @type {HTMLElement[]} */
  #rows = [];

  /** @param {HTMLOListElement} list @param {HTMLElement} empty shown while there is nothing else */
  constructor(list, empty) {
    this.#list = list;
    this.#empty = empty;
  }

  /**
   * @param {"sent" | "received"} way
   * @param {string | Uint8Array} data
   * @param {{ milliseconds: number, same: boolean }} [trip]
   */
  message(way, data, trip) {
    const kind = typeof data === "string" ? "text" : "binary";
    const size = typeof data === "string" ? new TextEncoder().encode(data).length : data.length;
    const parts = [
      part("way", way === "sent" ? "↑ sent" : "↓ back"),
      part("body", preview(data)),
      part("size", `${kind} ${formatSize(size)}`),
    ];
    if (trip !== undefined)
      parts.push(part("trip", trip.same ? `${formatTime(trip.milliseconds)} ms` : "changed"));
    this.#add(`${way} ${kind}${trip?.same === false ? " bad" : ""}`, parts);
  }

  /** @param {string} name @param {string} text */
  event(name, text) {
    this.#add("event", [part("way", name), part("body", text)]);
  }

  clear() {
    this.#rows = [];
    this.#list.replaceChildren();
    this.#empty.hidden = false;
  }

  /** @param {string} className @param {HTMLElement[]} parts */
  #add(className, parts) {
    const row = document.createElement("li");
    row.className = className;
    const time = document.createElement("time");
    time.textContent = clock.format();
    row.append(...parts, time);
    if (this.#rows.unshift(row) === 1) requestAnimationFrame(() => this.#draw());
    // There are no frames while the page is hidden.
    if (this.#rows.length > most) this.#rows.pop();
  }

  #draw() {
    this.#list.prepend(...this.#rows);
    this.#rows = [];
    this.#empty.hidden = this.#list.childElementCount > 0;
    while (this.#list.childElementCount > most) this.#list.lastElementChild?.remove();
  }
}

/** @param {string} className @param {string} text */
function part(className, text) {
  const span = document.createElement("span");
  span.className = className;
  span.textContent = text;
  return span;
}

/** @param {string | Uint8Array} data */
function preview(data) {
  if (data.length === 0) return "(empty)";
  if (typeof data === "string") return data.length > previewChars ? `${data.slice(0, previewChars)}…` : data;
  const digits = Array.from(data.subarray(0, previewBytes), (octet) => octet.toString(16).padStart(2, "0"));
  return digits.join(" ") + (data.length > previewBytes ? " …" : "");
}

/** @param {number} bytes */
function formatSize(bytes) {
  if (bytes < 1_024) return `${bytes} B`;
  const [value, unit] = bytes < 1_048_576 ? [bytes / 1_024, "KiB"] : [bytes / 1_048_576, "MiB"];
  return `${value.toFixed(Number.isInteger(value) ? 0 : 1)} ${unit}`;
}
