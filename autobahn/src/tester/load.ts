import type { Step } from "../catalogue/case.ts";
import { octetsOf } from "../catalogue/payload.ts";
import { type CorpusName, corpusOf } from "../corpus/corpus.ts";
import type { DeflateParameters } from "../wire/deflate-offer.ts";
import { encodeFrame, encodeMessage } from "../wire/frame-writer.ts";
import { freshKey } from "../wire/mask.ts";
import type { Connection } from "./connection.ts";
import type { CorpusCache, CorpusRow } from "./corpus-cache.ts";
import { EchoInflater } from "./echo-inflater.ts";
import type { IncomingMessage } from "./message-assembly.ts";

/** Many messages, each sent when the one before has come back. */
export interface Load {
  readonly count: number;
  /** Sends the `k`th message. */
  send(connection: Connection, k: number): void;
  /** Says what is wrong with the echo of the `k`th message; `undefined`: nothing. */
  faultOf(message: IncomingMessage, k: number): string | undefined;
}

type EchoLoop = Extract<Step, { do: "echo-loop" }>;
type CorpusLoop = Extract<Step, { do: "corpus-loop" }>;

const typeOf = (opcode: 1 | 2): "text" | "binary" => (opcode === 1 ? "text" : "binary");

/** What an echo of another type or length is called; `undefined` when both are right. */
export function faultOfShape(
  { type, payload }: Pick<IncomingMessage, "type" | "payload">,
  wanted: "text" | "binary",
  length: number,
): string | undefined {
  if (type === wanted && payload.length === length) return undefined;
  return `Expected ${wanted} of ${length} octets, got ${type} of ${payload.length} octets.`;
}

/** One message over and over (9.7, 9.8). */
export class EchoLoad implements Load {
  readonly count: number;
  readonly #opcode: 1 | 2;
  readonly #payload: Uint8Array;

  constructor({ opcode, payload, count: times }: EchoLoop, quick: boolean) {
    this.count = quick ? Math.min(times, quickCount) : times;
    this.#opcode = opcode;
    this.#payload = octetsOf(payload);
  }

  send(connection: Connection): void {
    connection.output.countFrames(this.#opcode, 1);
    const key = connection.output.masks ? freshKey() : undefined;
    connection.output.send(encodeFrame({ opcode: this.#opcode, fin: true, rsv: 0 }, this.#payload, key));
  }

  faultOf(message: IncomingMessage): string | undefined {
    return faultOfShape(message, typeOf(this.#opcode), this.#payload.length);
  }
}

/** Round trips of a load when there is little time. */
export const quickCount = 50;

/** Successive windows of a corpus, compressed (12.x, 13.x). */
export class CorpusLoad implements Load {
  readonly count: number;
  readonly inflater: EchoInflater;
  readonly #step: CorpusLoop;
  readonly #cache: CorpusCache;
  readonly #row: CorpusRow;

  constructor(
    step: CorpusLoop,
    quick: boolean,
    cache: CorpusCache,
    { clientNoContext, clientWindow, serverNoContext, serverWindow }: DeflateParameters,
    isServer: boolean,
  ) {
    const { corpus, length } = step;
    const row = (windowBits: number, noContext: boolean): CorpusRow => ({
      corpus,
      length,
      windowBits,
      noContext,
    });
    const client = row(clientWindow, clientNoContext);
    const server = row(serverWindow, serverNoContext);
    this.count = quick ? Math.min(step.count, quickCount) : step.count;
    this.#step = step;
    this.#cache = cache;
    this.#row = isServer ? server : client;
    this.inflater = new EchoInflater(cache, isServer ? client : server);
  }

  send(connection: Connection, k: number): void {
    const { opcode, fragment } = this.#step;
    const message = this.#cache.message(this.#row, k);
    const { octets, frames } = encodeMessage(opcode, message, fragment, connection.output.masks, 4);
    const { statistics } = connection;
    connection.output.countFrames(opcode, frames);
    statistics.message(statistics.outgoing, this.#window(k).length, message.length, frames);
    connection.output.send(octets);
  }

  faultOf(message: IncomingMessage, k: number): string | undefined {
    const expected = this.#window(k);
    const { payload } = message;
    const fault = faultOfShape(message, typeOf(this.#step.opcode), expected.length);
    if (fault !== undefined) return fault;
    if (payload !== expected && Buffer.compare(payload, expected) !== 0) {
      return `The echo of message ${k + 1} has other octets than were sent.`;
    }
    this.inflater.confirm(message.compressed);
    return undefined;
  }

  #window(k: number): Uint8Array {
    const corpus: CorpusName = this.#step.corpus;
    return corpusOf(corpus).window(k, this.#step.length);
  }
}
