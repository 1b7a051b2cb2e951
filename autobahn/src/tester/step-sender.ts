import type { Step } from "../catalogue/case.ts";
import { octetsOf } from "../catalogue/payload.ts";
import { encodeMessage, writeHeader } from "../wire/frame-writer.ts";
import { freshKey, mask } from "../wire/mask.ts";
import type { Connection } from "./connection.ts";

/** Sends what the steps of a case say: frames, cut messages, and frames whose payload comes in parts. */
export class StepSender {
  readonly #connection: Connection;
  /** The frame whose payload comes in parts. */
  #part: { readonly key: number | undefined; sent: number } | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Sends a step; others than those that send one thing are left to the caller. */
  send(step: Step): void {
    const { output } = this.#connection;
    switch (step.do) {
      case "frame":
        if (step.startsClosing === true) this.#connection.close(octetsOf(step.payload));
        else output.sendFrame(step, octetsOf(step.payload), step);
        break;
      case "message":
        this.#sendMessage(step);
        break;
      case "frame-head":
        this.#sendHead(step);
        break;
      case "frame-octets":
        this.#sendPart(octetsOf(step.payload));
        break;
    }
  }

  #sendMessage({ opcode, payload, fragment }: Extract<Step, { do: "message" }>): void {
    const { output, log } = this.#connection;
    const octets = octetsOf(payload);
    if (!log.on) {
      const message = encodeMessage(opcode, octets, fragment, output.masks);
      output.countFrames(opcode, message.frames);
      output.send(message.octets);
      return;
    }
    // One by one, so that each is in the log.
    for (let at = 0, fin = false; !fin; at += fragment) {
      const piece = octets.subarray(at, at + fragment);
      fin = piece.length < fragment;
      output.sendFrame({ opcode: at === 0 ? opcode : 0, fin, rsv: 0 }, piece);
    }
  }

  #sendHead({ opcode, length }: Extract<Step, { do: "frame-head" }>): void {
    const { output, log } = this.#connection;
    const key = output.masks ? freshKey() : undefined;
    const head = Buffer.alloc(14);
    const frame = { opcode, fin: false, rsv: 0 };
    const size = writeHeader(head, 0, { ...frame, length }, key);
    output.countFrames(opcode, 1);
    const payload = { length, octets: new Uint8Array(0) };
    log.add({ kind: "frame-out", ...frame, payload, key, chop: undefined, sync: false });
    output.send(head.subarray(0, size));
    this.#part = { key, sent: 0 };
  }

  #sendPart(octets: Uint8Array): void {
    const part = this.#part;
    if (part === undefined) return;
    const piece = octets.slice();
    if (part.key !== undefined) mask(piece, part.key, part.sent);
    part.sent += piece.length;
    this.#connection.output.send(piece);
  }
}
