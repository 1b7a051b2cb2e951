import { closeCodeName, faultOfClose } from "./close-code.js";
import { EchoSocket } from "./echo-socket.js";
import { Log } from "./log.js";
import { payload } from "./payload.js";
import { RoundTrips } from "./round-trips.js";
import { Wire } from "./wire.js";

/** @template {HTMLElement} E @param {string} id @param {new () => E} type @returns {E} */
function element(id, type) {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new TypeError(`#${id} is not there`);
  return found;
}

const address = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/`;
const compose = element("compose", HTMLFormElement);
const message = element("message", HTMLTextAreaElement);
const closing = element("closing", HTMLFormElement);
const code = element("code", HTMLInputElement);
const reason = element("reason", HTMLInputElement);
const connect = element("connect", HTMLButtonElement);
/** What works only while the connection is open. */
const needOpen = [...document.querySelectorAll("#send, #close, .presets button")].filter(
  (found) => found instanceof HTMLButtonElement,
);

const wire = new Wire(element("wire", HTMLElement));
const trips = new RoundTrips();
const log = new Log(element("log", HTMLOListElement), element("empty", HTMLElement));

element("server", HTMLElement).textContent = location.host;
element("address", HTMLElement).textContent = address;

const socket = new EchoSocket(address, {
  state(state) {
    wire.show(state);
    element("state", HTMLElement).textContent = state;
    element("state-again", HTMLElement).textContent = state;
    for (const button of needOpen) button.disabled = state !== "open";
    connect.disabled = state !== "closed";
    if (state === "open") log.event("open", `connected to ${address}`);
  },
  sent(data) {
    wire.send();
    log.message("sent", data);
  },
  received(data, trip) {
    wire.receive();
    trips.add(trip);
    log.message("received", data, trip);
  },
  closed({ code, reason, by }) {
    const text = `${code} ${closeCodeName(code)}${reason && `, “${reason}”`}${by && ` (by ${by})`}`;
    element("last-close", HTMLElement).textContent = text;
    log.event("closed", text);
  },
});

/** @param {string} text */
function send(text) {
  const binary = new FormData(compose).get("kind") === "binary";
  socket.send(binary ? new TextEncoder().encode(text) : text);
}

compose.addEventListener("submit", (event) => {
  event.preventDefault();
  if (socket.state !== "open") return;
  send(message.value);
  message.value = "";
  message.focus();
});

message.addEventListener("keydown", (event) => {
  // Enter also ends the composition of a character in many languages; that one is not for us.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  compose.requestSubmit();
});

for (const button of document.querySelectorAll(".presets button")) {
  if (!(button instanceof HTMLButtonElement)) continue;
  button.addEventListener("click", () => {
    const { size, count = 1 } = button.dataset;
    for (let i = 0; i < Number(count); i++) send(payload(Number(size)));
  });
}

closing.addEventListener("submit", (event) => {
  event.preventDefault();
  const fault = faultOfClose(code.value, reason.value);
  element("fault", HTMLElement).textContent = fault?.text ?? "";
  code.setAttribute("aria-invalid", String(fault?.field === "code"));
  reason.setAttribute("aria-invalid", String(fault?.field === "reason"));
  if (fault === undefined) socket.close(Number(code.value), reason.value);
  else (fault.field === "code" ? code : reason).focus();
});

for (const button of [connect, element("reconnect", HTMLButtonElement)]) {
  button.addEventListener("click", () => socket.connect());
}
element("clear", HTMLButtonElement).addEventListener("click", () => log.clear());

socket.connect();
// On a phone this would bring up the keyboard before there is anything to see.
if (matchMedia("(pointer: fine)").matches) message.focus();
