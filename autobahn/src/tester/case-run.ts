import { CloseCode } from "@exws/frame";
import type { Case, CaseEvent, Step } from "../catalogue/case.ts";
import { octetsOf } from "../catalogue/payload.ts";
import type { DeflateParameters } from "../wire/deflate-offer.ts";
import type { Connection, ConnectionEvents } from "./connection.ts";
import type { CorpusCache } from "./corpus-cache.ts";
import { CorpusLoad, EchoLoad, faultOfShape, type Load } from "./load.ts";
import type { IncomingMessage } from "./message-assembly.ts";
import { StepSender } from "./step-sender.ts";

/** An event as it came, with a payload that may be cut for the report. */
export type Received =
  | { readonly event: "message"; readonly type: "text" | "binary"; readonly payload: Uint8Array }
  | { readonly event: "pong"; readonly payload: Uint8Array }
  | { readonly event: "timeout"; readonly tag: string };

/** What a case can come to. */
export type Behavior = "OK" | "NON-STRICT" | "FAILED" | "UNIMPLEMENTED" | "INFORMATIONAL";

/** What a run has in common with the others of its kind. */
export type RunOptions = { readonly quick: boolean; readonly cache: CorpusCache };

/** Events that are taken down. */
const maxEvents = 1000;

/** Does what a case says on one open connection, and takes down what comes back. */
export class CaseRun implements ConnectionEvents {
  readonly received: Received[] = [];
  /** The verdict as far as the run forms it; cases that are judged by their events are judged afterwards. */
  behavior: Behavior = "FAILED";
  /** Why, in a sentence; for loads. */
  result: string | undefined;
  readonly #case: Case;
  readonly #connection: Connection;
  readonly #options: RunOptions;
  readonly #sender: StepSender;
  #load: Load | undefined;
  #trip = 0;

  constructor(one: Case, connection: Connection, options: RunOptions) {
    this.#case = one;
    this.#connection = connection;
    this.#sender = new StepSender(connection);
    this.#options = options;
  }

  /** The handshake is done, with or without permessage-deflate: opens the connection and begins. */
  begin(deflate: DeflateParameters | undefined): void {
    const { steps, offer } = this.#case;
    const connection = this.#connection;
    const corpusLoop = steps.find((step) => step.do === "corpus-loop");
    if (corpusLoop !== undefined && deflate !== undefined) {
      const { quick, cache } = this.#options;
      const load = new CorpusLoad(corpusLoop, quick, cache, deflate, connection.isServer);
      this.#load = load;
      connection.open(this, (compressed) => load.inflater.inflate(compressed));
    } else {
      connection.open(this);
    }
    if (offer !== undefined && deflate === undefined) {
      this.behavior = "UNIMPLEMENTED";
      this.result = "The peer did not agree to permessage-deflate.";
      connection.closeWith(CloseCode.NormalClosure);
      return;
    }
    if (this.#case.judgement === "first-message" || this.#isLoad) connection.log.switch(false);
    this.#run(0);
  }

  message(message: IncomingMessage): void {
    const { type, payload } = message;
    const { judgement } = this.#case;
    if (judgement === "first-message") this.#firstMessage(message);
    else if (this.#load !== undefined) this.#echo(this.#load, message);
    else if (!this.#isLoad) this.#came({ event: "message", type, payload });
  }

  pong(payload: Uint8Array): void {
    this.#came({ event: "pong", payload: payload.slice() });
  }

  #came(event: Received): void {
    // No case expects as many; a peer that floods must not fill the memory.
    if (this.received.length === maxEvents) return;
    this.received.push(event);
    this.#closeWhenDone();
  }

  /** Called with the connection's end. */
  closed: () => void = () => {};

  get #isLoad(): boolean {
    return this.#case.judgement === "round-trips" || this.#case.judgement === "corpus";
  }

  /** Does the steps from the `n`th on, up to the next pause. */
  #run(n: number): void {
    const connection = this.#connection;
    for (let at = n; at < this.#case.steps.length; at++) {
      const step = this.#case.steps[at]!;
      if (step.do === "wait") {
        this.#wait(step, at + 1);
        return;
      }
      if (step.do === "kill-after") {
        connection.log.add({ kind: "kill-after", seconds: step.seconds });
        connection.timers.start(step.seconds, () => {
          connection.log.add({ kind: "kill" });
          connection.fail(CloseCode.GoingAway, "Going Away");
        });
      } else if (step.do === "close-after") {
        connection.log.add({ kind: "close-after", seconds: step.seconds });
        connection.timers.start(step.seconds, () => {
          connection.log.add({ kind: "close" });
          connection.close(new Uint8Array(0));
        });
      } else {
        this.#send(step);
      }
    }
  }

  #wait({ seconds, tag }: Extract<Step, { do: "wait" }>, next: number): void {
    const connection = this.#connection;
    connection.log.add({ kind: "pause", seconds, tag });
    connection.timers.start(seconds, () => {
      if (connection.dropped) return;
      connection.log.add({ kind: "pause-end", tag });
      if (tag !== undefined) {
        if (connection.state !== "open") return;
        this.received.push({ event: "timeout", tag });
      }
      this.#run(next);
    });
  }

  #send(step: Step): void {
    const connection = this.#connection;
    if (step.do === "echo-loop") this.#load = new EchoLoad(step, this.#options.quick);
    if (step.do === "echo-loop" || step.do === "corpus-loop") this.#load?.send(connection, 0);
    else this.#sender.send(step);
  }

  #firstMessage({ type, payload }: IncomingMessage): void {
    const [expected] = this.#case.expect.OK;
    const connection = this.#connection;
    connection.log.switch(true);
    if (expected?.event !== "message") return;
    const fault = faultOfShape({ type, payload }, expected.type, expected.payload.length);
    if (fault === undefined) this.behavior = "OK";
    this.result = fault ?? `Got ${type} of ${payload.length} octets, as expected.`;
    connection.closeWith(CloseCode.NormalClosure);
  }

  #echo(load: Load, message: IncomingMessage): void {
    const connection = this.#connection;
    // Whatever comes after the last round trip is too much, but the genuine suite looks at its kind only.
    const fault = load.faultOf(message, Math.min(this.#trip, load.count - 1));
    if (fault !== undefined) {
      this.behavior = "FAILED";
      this.result = `Round trip ${this.#trip + 1}: ${fault}`;
      connection.log.switch(true);
      connection.closeWith(CloseCode.NormalClosure);
      return;
    }
    this.#trip++;
    if (this.#trip < load.count) {
      if (connection.state === "open") load.send(connection, this.#trip);
      return;
    }
    if (connection.state === "open") this.behavior = "OK";
    this.result ??= `All ${load.count} messages came back.`;
    connection.log.switch(true);
    connection.closeWith(CloseCode.NormalClosure);
  }

  /** Cases with one list of events end as soon as it is complete. */
  #closeWhenDone(): void {
    const { expect, close, judgement } = this.#case;
    if (judgement !== "events" || !close.closedByMe) return;
    const lists = [expect.OK, ...(expect["NON-STRICT"] === undefined ? [] : [expect["NON-STRICT"]])];
    if (!lists.every((list) => sameEvents(this.received, list))) return;
    this.#connection.closeWith(close.codes[0]!);
  }
}

/** Whether what came is exactly what was expected, in order, octet by octet. */
export function sameEvents(received: readonly Received[], expected: readonly CaseEvent[]): boolean {
  return (
    received.length === expected.length &&
    received.every((came, n) => {
      const wanted = expected[n]!;
      if (came.event === "timeout") return wanted.event === "timeout" && wanted.tag === came.tag;
      if (wanted.event === "timeout" || wanted.event !== came.event) return false;
      if (came.event === "message" && wanted.event === "message" && came.type !== wanted.type) return false;
      return Buffer.compare(came.payload, octetsOf(wanted.payload)) === 0;
    })
  );
}
