import { isUtf8 } from "node:buffer";
import type { Socket } from "node:net";
import { type Begun, closePayload, type Frame, readFrames, writeFrame } from "./frames.ts";

/** The answer to a Close that may be sent. */
const legalCode = (code: number): boolean =>
  (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) || (code >= 3000 && code <= 4999);

/** A fault of a frame, as the code to close with. */
class Fault extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`close ${code}`);
    this.code = code;
  }
}

/**
 * A correct echo server on one socket, in small steps that the broken servers of the panel override one at a time. It
 * checks text when a message is complete, which is right, but late.
 */
export class EchoPeer {
  readonly socket: Socket;
  #data: Buffer = Buffer.alloc(0);
  protected pieces: Buffer[] = [];
  protected opcode = 0;
  protected closed = false;

  constructor(socket: Socket) {
    this.socket = socket;
  }

  received(chunk: Buffer): void {
    this.#data = this.#data.length === 0 ? chunk : Buffer.concat([this.#data, chunk]);
    const { frames, begun, rest } = readFrames(this.#data);
    this.#data = Buffer.from(rest);
    for (const frame of this.taken(frames)) {
      if (this.ignores(frame)) return;
      this.#guarded(() => this.frame(frame));
    }
    if (begun !== undefined && !this.closed) this.#guarded(() => this.begun(begun));
  }

  /** The frames of one chunk that are looked at. */
  protected taken(frames: Frame[]): Frame[] {
    return frames;
  }

  /** Nothing is looked at after a Close. */
  protected ignores(_frame: Frame): boolean {
    return this.closed;
  }

  protected frame(frame: Frame): void {
    this.check(frame);
    if (frame.opcode === 8) this.close(frame.payload);
    else if (frame.opcode === 9) this.ping(frame.payload);
    else if (frame.opcode === 10) this.pong(frame.payload);
    else this.data(frame);
  }

  /** A frame's header is there, but not all of its payload. */
  protected begun(begun: Begun): void {
    if (begun.opcode > 7 && begun.length > 125) throw new Fault(1002);
  }

  protected check(frame: Frame): void {
    this.checkRsv(frame);
    this.checkOpcode(frame);
    if (frame.opcode > 7) this.checkControl(frame);
    else this.checkOrder(frame);
  }

  protected checkRsv({ rsv }: Frame): void {
    if (rsv !== 0) throw new Fault(1002);
  }

  protected checkOpcode({ opcode }: Frame): void {
    if ((opcode > 2 && opcode < 8) || opcode > 10) throw new Fault(1002);
  }

  protected checkControl({ fin, payload }: Frame): void {
    if (!fin || payload.length > 125) throw new Fault(1002);
  }

  protected checkOrder({ opcode }: Frame): void {
    if ((opcode === 0) !== this.inMessage) throw new Fault(1002);
  }

  protected get inMessage(): boolean {
    return this.opcode !== 0;
  }

  protected data({ fin, opcode, payload }: Frame): void {
    if (opcode !== 0) this.opcode = opcode;
    this.pieces.push(payload);
    this.checkPiece(fin);
    if (!fin) return;
    const whole = Buffer.concat(this.pieces);
    const kind = this.opcode;
    this.pieces = [];
    this.opcode = 0;
    if (kind === 1) this.checkText(whole);
    this.echo(kind, whole);
  }

  /** After each fragment of a text. */
  protected checkPiece(_fin: boolean): void {}

  protected checkText(text: Buffer): void {
    if (!isUtf8(text)) throw new Fault(1007);
  }

  protected echo(opcode: number, payload: Buffer): void {
    this.send(opcode, payload);
  }

  protected ping(payload: Buffer): void {
    this.send(10, payload);
  }

  protected pong(_payload: Buffer): void {}

  protected close(payload: Buffer): void {
    this.checkClose(payload);
    this.answerClose(payload);
    this.closed = true;
    this.end();
  }

  protected checkClose(payload: Buffer): void {
    if (payload.length === 1) throw new Fault(1002);
    if (payload.length >= 2 && !legalCode(payload.readUInt16BE())) throw new Fault(1002);
    if (!isUtf8(payload.subarray(2))) throw new Fault(1007);
  }

  protected answerClose(payload: Buffer): void {
    this.send(8, payload.subarray(0, 2));
  }

  protected fail(code: number): void {
    this.send(8, closePayload(code));
    this.closed = true;
    this.end();
  }

  protected send(opcode: number, payload: Uint8Array): void {
    this.socket.write(writeFrame(opcode, payload));
  }

  /** Drops TCP once all is sent. */
  protected end(): void {
    this.socket.end();
  }

  #guarded(step: () => void): void {
    try {
      step();
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.fail(error.code);
    }
  }
}

/** For the servers of the panel that find more faults than the correct one. */
export function refuse(code: number): never {
  throw new Fault(code);
}
