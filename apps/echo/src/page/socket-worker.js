// The WebSocket lives in a worker, so that a round trip is timed without the time that the page spends on drawing.

/**
 * @typedef {import("./echo-socket.js").Data} Data
 * @typedef {import("./echo-socket.js").Command} Command
 * @typedef {import("./echo-socket.js").Report} Report
 */

/** @type {WebSocket | undefined} */
let socket;
/** What has not come back yet, in the order it was sent. @type {{ data: Data, at: number }[]} */
let waiting = [];

addEventListener("message", (/** @type {MessageEvent<Command>} */ { data: command }) => {
  if (command.type === "connect") connect(command.address);
  else if (command.type === "close") socket?.close(command.code, command.reason);
  else {
    waiting.push({ data: command.data, at: performance.now() });
    socket?.send(command.data);
  }
});

/** @param {string} address */
function connect(address) {
  waiting = [];
  socket = new WebSocket(address);
  socket.binaryType = "arraybuffer";
  socket.addEventListener("open", () => report({ type: "open" }));
  socket.addEventListener("message", ({ data }) => receive(data));
  socket.addEventListener("close", ({ code, reason, wasClean }) => {
    report({ type: "closed", code, reason, wasClean });
  });
}

/** @param {string | ArrayBuffer} received */
function receive(received) {
  const now = performance.now();
  const data = typeof received === "string" ? received : new Uint8Array(received);
  const sent = waiting.shift();
  const milliseconds = sent === undefined ? 0 : now - sent.at;
  report({ type: "received", data, milliseconds, same: sent !== undefined && isSame(sent.data, data) });
}

/** @param {Report} event */
function report(event) {
  postMessage(event);
}

/** @param {Data} one @param {Data} other */
function isSame(one, other) {
  if (typeof one === "string" || typeof other === "string") return one === other;
  return one.length === other.length && one.every((octet, i) => octet === other[i]);
}
