import { describe, expect, test } from "vitest";
import { type ClosingEvent, type ClosingState, type ClosingStep, closingSteps } from "./closing.ts";

const states: readonly ClosingState[] = ["open", "close-sent", "ending", "closed"];
const events: readonly ClosingEvent[] = ["close", "peer-close", "fail", "peer-end", "timeout", "gone"];

/** RFC 6455 §7.1 read a second time: state, event, next state, what is sent, what becomes of TCP. */
const expected = `
  open        close       close-sent  close    keep
  open        peer-close  ending      reply    end
  open        fail        ending      close    end
  open        peer-end    ending      nothing  end
  open        timeout     closed      nothing  destroy
  open        gone        closed      nothing  keep
  close-sent  close       close-sent  nothing  keep
  close-sent  peer-close  ending      nothing  end
  close-sent  fail        ending      nothing  end
  close-sent  peer-end    ending      nothing  end
  close-sent  timeout     closed      nothing  destroy
  close-sent  gone        closed      nothing  keep
  ending      close       ending      nothing  keep
  ending      peer-close  ending      nothing  keep
  ending      fail        ending      nothing  keep
  ending      peer-end    ending      nothing  keep
  ending      timeout     closed      nothing  destroy
  ending      gone        closed      nothing  keep
  closed      close       closed      nothing  keep
  closed      peer-close  closed      nothing  keep
  closed      fail        closed      nothing  keep
  closed      peer-end    closed      nothing  keep
  closed      timeout     closed      nothing  keep
  closed      gone        closed      nothing  keep
`;

const rows = expected
  .trim()
  .split("\n")
  .map((line) => line.trim().split(/\s+/) as [ClosingState, ClosingEvent, string, string, string]);

describe("every event in every state of the closing handshake", () => {
  test("the table has every pair, and no others", () => {
    expect(Object.keys(closingSteps)).toEqual(states);
    for (const state of states) expect(Object.keys(closingSteps[state]), state).toEqual(events);
    expect(rows).toHaveLength(states.length * events.length);
    expect(new Set(rows.map(([state, event]) => `${state} ${event}`)).size).toBe(rows.length);
  });

  test.each(rows)("%s, %s: %s, sends %s, TCP: %s", (state, event, next, send, transport) => {
    expect(closingSteps[state][event]).toEqual({ state: next, send, transport });
  });
});

/** Every sequence of events up to a length, as the steps that it leads to. */
function* walks(length: number, state: ClosingState = "open"): Generator<ClosingStep[]> {
  yield [];
  if (length === 0) return;
  for (const event of events) {
    const step = closingSteps[state][event];
    for (const rest of walks(length - 1, step.state)) yield [step, ...rest];
  }
}

describe("whatever happens, in any order", () => {
  const all = [...walks(4)];

  test("at most one Close frame is sent (RFC 6455 §5.5.1)", () => {
    for (const walk of all) expect(walk.filter(({ send }) => send !== "nothing").length).toBeLessThan(2);
  });

  test("TCP is ended once at most, and dropped once at most, and not ended after it was dropped", () => {
    for (const walk of all) {
      const transport = walk.map((step) => step.transport).filter((action) => action !== "keep");
      expect(["", "end", "destroy", "end,destroy"]).toContain(transport.join());
    }
  });

  test("no state is ever left for an earlier one, and nothing leaves closed", () => {
    for (const walk of all) {
      const order = walk.map(({ state }) => states.indexOf(state));
      expect(order).toEqual([...order].sort((a, b) => a - b));
    }
    for (const event of events) {
      expect(closingSteps.closed[event]).toEqual({ state: "closed", send: "nothing", transport: "keep" });
    }
  });

  test("nothing is sent once TCP is being ended", () => {
    for (const walk of all) {
      const ended = walk.findIndex(({ transport }) => transport !== "keep");
      if (ended < 0) continue;
      for (const step of walk.slice(ended + 1)) expect(step.send).toBe("nothing");
    }
  });

  test("every state but closed is left when a deadline passes or TCP is gone", () => {
    for (const state of states) {
      expect(closingSteps[state].timeout.state).toBe("closed");
      expect(closingSteps[state].gone.state).toBe("closed");
    }
  });

  test("a Close frame that is a reply goes out with the end of TCP: the server closes first (RFC 6455 §7.1.1)", () => {
    for (const state of states) {
      for (const event of events) {
        const step = closingSteps[state][event];
        if (step.send === "reply") expect(step.transport).toBe("end");
      }
    }
  });
});
