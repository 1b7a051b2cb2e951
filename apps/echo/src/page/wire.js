/** A message takes this long from one end to the other, for the eye. */
const travel = 260;
/** More pulses than these would be a line. */
const most = 12;

/** The line between the page and the server, with messages travelling along it. */
export class Wire {
  #element;
  #line;
  #still = matchMedia("(prefers-reduced-motion: reduce)");

  /** @param {HTMLElement} element */
  constructor(element) {
    this.#element = element;
    this.#line = /** @type {HTMLElement} */ (element.querySelector(".line"));
  }

  /** @param {string} state */
  show(state) {
    this.#element.dataset["state"] = state;
  }

  send() {
    requestAnimationFrame(() => this.#pulse("out", ["0%", "100%"], 0));
  }

  receive() {
    // The echo is mostly here before the eye has followed the message out.
    requestAnimationFrame(() => this.#pulse("back", ["100%", "0%"], travel));
  }

  /** @param {string} way @param {string[]} left @param {number} delay */
  #pulse(way, left, delay) {
    if (this.#still.matches || this.#line.childElementCount >= most) return;
    const dot = document.createElement("i");
    dot.className = `pulse ${way}`;
    this.#line.append(dot);
    const moves = dot.animate({ left, opacity: [1, 1] }, { duration: travel, delay, easing: "ease-in-out" });
    dot.style.opacity = "0";
    moves.addEventListener("finish", () => dot.remove());
  }
}
