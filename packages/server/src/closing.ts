/**
 * The closing handshake as data (RFC 6455 §7.1).
 *
 * - `open`: frames go both ways.
 * - `close-sent`: our Close is out, the peer's is awaited. Nothing but control frames of the closing matters any more.
 * - `ending`: no frame goes either way. TCP is being ended: our side first, as §7.1.1 asks of a server, and what
 *   still comes is read and thrown away, because unread bytes would make the kernel reset the connection and take the
 *   last frames that we sent with it.
 * - `closed`: TCP is gone.
 *
 * The table does not know sockets or clocks: it says what happens, the shell does it.
 */
export type ClosingState = "open" | "close-sent" | "ending" | "closed";

/**
 * - `close`: our side wants to close. `peer-close`: the peer's Close frame came. `fail`: the connection is failed
 *   (§7.1.7), for the peer broke a rule or we cannot go on: our Close is sent, theirs is not waited for. `peer-end`: the
 *   peer ended its side of TCP.
 * - `timeout`: a deadline passed. `gone`: TCP has ended or broken.
 */
export type ClosingEvent = "close" | "peer-close" | "fail" | "peer-end" | "timeout" | "gone";

/** What an event leads to. */
export type ClosingStep = {
  readonly state: ClosingState;
  /** `close`: our own Close frame; `reply`: the Close frame that answers the peer's. */
  readonly send: "nothing" | "close" | "reply";
  /** `end`: half-close once everything is out; `destroy`: drop TCP and what is queued. */
  readonly transport: "keep" | "end" | "destroy";
};

const step = (
  state: ClosingState,
  send: ClosingStep["send"] = "nothing",
  transport: ClosingStep["transport"] = "keep",
): ClosingStep => ({ state, send, transport });

const gone = step("closed");
const dropped = step("closed", "nothing", "destroy");

/** Every pair of state and event. */
export const closingSteps: Readonly<Record<ClosingState, Readonly<Record<ClosingEvent, ClosingStep>>>> = {
  open: {
    close: step("close-sent", "close"),
    "peer-close": step("ending", "reply", "end"),
    fail: step("ending", "close", "end"),
    "peer-end": step("ending", "nothing", "end"),
    timeout: dropped,
    gone,
  },
  "close-sent": {
    close: step("close-sent"),
    "peer-close": step("ending", "nothing", "end"),
    fail: step("ending", "nothing", "end"),
    "peer-end": step("ending", "nothing", "end"),
    timeout: dropped,
    gone,
  },
  ending: {
    close: step("ending"),
    "peer-close": step("ending"),
    fail: step("ending"),
    "peer-end": step("ending"),
    timeout: dropped,
    gone,
  },
  closed: {
    close: gone,
    "peer-close": gone,
    fail: gone,
    "peer-end": gone,
    timeout: gone,
    gone,
  },
};
