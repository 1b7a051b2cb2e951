/**
 * @typedef {"connecting" | "open" | "closing" | "closed"} State
 * @typedef {string | Uint8Array<ArrayBuffer>} Data
 *
 * How long an echo took, and whether it is what was sent.
 * @typedef {{ milliseconds: number, same: boolean }} Trip
 *
 * @typedef {{
 *   state(state: State): void,
 *   sent(data: Data): void,
 *   received(data: Data, trip: Trip): void,
 *   closed(info: { code: number, reason: string, by: "" | "you" | "the server" }): void,
 * }} Listener
 *
 * What the worker is told, and what it tells.
 * @typedef {{ type: "connect", address: string }
 *   | { type: "send", data: Data }
 *   | { type: "close", code: number, reason: string }} Command
 * @typedef {{ type: "open" }
 *   | { type: "received", data: Data } & Trip
 *   | { type: "closed", code: number, reason: string, wasClean: boolean }} Report
 */

/** A connection to the echo server that can be opened again, and knows which echo belongs to which message. */
export class EchoSocket {
  #address;
  #listener;
  #worker = new Worker("/socket-worker.js");
  /** @type {State} */
  #state = "closed";
  /** The reason that we closed with; the answer to a Close frame has only the code. */
  #reason = "";

  /** @param {string} address @param {Listener} listener */
  constructor(address, listener) {
    this.#address = address;
    this.#listener = listener;
    this.#worker.addEventListener("message", ({ data }) => this.#onReport(data));
  }

  get state() {
    return this.#state;
  }

  /** Connects, unless there is a connection already. */
  connect() {
    if (this.#state !== "closed") return;
    this.#reason = "";
    this.#tell({ type: "connect", address: this.#address });
    this.#enter("connecting");
  }

  /** @param {Data} data */
  send(data) {
    if (this.#state !== "open") return;
    this.#tell({ type: "send", data });
    this.#listener.sent(data);
  }

  /** @param {number} code @param {string} reason */
  close(code, reason) {
    if (this.#state !== "open") return;
    this.#reason = reason;
    this.#tell({ type: "close", code, reason });
    this.#enter("closing");
  }

  /** @param {Report} report */
  #onReport(report) {
    if (report.type === "received") this.#listener.received(report.data, report);
    else if (report.type === "open") this.#enter("open");
    else {
      const { code, reason, wasClean } = report;
      const by = this.#state === "closing" ? "you" : "the server";
      this.#enter("closed");
      this.#listener.closed({ code, reason: reason || this.#reason, by: wasClean ? by : "" });
    }
  }

  /** @param {Command} command */
  #tell(command) {
    this.#worker.postMessage(command);
  }

  /** @param {State} state */
  #enter(state) {
    this.#state = state;
    this.#listener.state(state);
  }
}
