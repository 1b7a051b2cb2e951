import { EchoPeer, refuse } from "./echo-peer.ts";
import { closePayload, type Frame, writeFrame } from "./frames.ts";

// Servers with one fault each, beyond those that the genuine suite was run against (golden-peers.ts).

/** Loses every frame of a chunk but the first: it forgets what else came with it. */
export class LosesPendingFrame extends EchoPeer {
  protected override taken(frames: Frame[]): Frame[] {
    return frames.slice(0, 1);
  }
}

/** Takes an empty fragment for nothing at all. */
export class DropsEmptyFragments extends EchoPeer {
  protected override data(frame: Frame): void {
    if (frame.payload.length > 0 || (frame.fin && frame.opcode !== 0)) super.data(frame);
  }
}

/** Echoes each fragment as a message of its own. */
export class EchoesFragments extends EchoPeer {
  protected override data({ fin, opcode, payload }: Frame): void {
    const kind = opcode === 0 ? this.opcode : opcode;
    this.opcode = fin ? 0 : kind;
    this.echo(kind, payload);
  }
}

/** Begins anew when a control frame comes between fragments. */
export class PingBreaksMessage extends EchoPeer {
  protected override ping(payload: Buffer): void {
    super.ping(payload);
    this.pieces = [];
    this.opcode = 0;
  }
}

/** Answers Pings only when no message is unfinished. */
export class PongAfterMessage extends EchoPeer {
  #held: Buffer[] = [];

  protected override ping(payload: Buffer): void {
    if (this.inMessage) this.#held.push(payload);
    else super.ping(payload);
  }

  protected override echo(opcode: number, payload: Buffer): void {
    super.echo(opcode, payload);
    for (const held of this.#held.splice(0)) super.ping(held);
  }
}

/** Sends Pongs without their payload. */
export class EmptyPong extends EchoPeer {
  protected override ping(): void {
    super.ping(Buffer.alloc(0));
  }
}

/** Treats the payload of a Ping as text. */
export class PongAsText extends EchoPeer {
  protected override ping(payload: Buffer): void {
    super.ping(Buffer.from(payload.toString()));
  }
}

/** Answers a Pong with a Pong. */
export class AnswersPong extends EchoPeer {
  protected override pong(payload: Buffer): void {
    this.send(10, payload);
  }
}

/** Answers the Pings of one chunk in the wrong order. */
export class LifoPongs extends EchoPeer {
  protected override taken(frames: Frame[]): Frame[] {
    return frames.every(({ opcode }) => opcode === 9) ? frames.toReversed() : frames;
  }
}

/** Goes on after a Close as if nothing had come, for as long as TCP is there. */
class StaysAfterClose extends EchoPeer {
  protected override ignores(): boolean {
    return false;
  }
  protected override end(): void {
    setImmediate(() => setImmediate(() => super.end()));
  }
}

/** Answers a Ping that comes after the Close. */
export class PongAfterClose extends StaysAfterClose {
  protected override frame(frame: Frame): void {
    if (!this.closed || frame.opcode === 9) super.frame(frame);
  }
}

/** Echoes a text that comes after the Close. */
export class EchoAfterClose extends StaysAfterClose {
  protected override frame(frame: Frame): void {
    if (!this.closed || (frame.opcode < 3 && frame.fin && frame.opcode !== 0)) super.frame(frame);
  }
}

/** Drops TCP at a Close, without one of its own. */
export class NoCloseReply extends EchoPeer {
  protected override answerClose(): void {}
}

/** Drops TCP at every fault without a Close: RFC 6455 allows that. */
export class FailsByDrop extends EchoPeer {
  protected override fail(): void {
    this.closed = true;
    this.end();
  }
}

/** Overlooks every fault of a frame. */
export class NeverFails extends EchoPeer {
  protected override fail(): void {}
}

/** Closes with 1002 where the text is at fault. */
export class TextIs1002 extends EchoPeer {
  protected override fail(code: number): void {
    super.fail(code === 1007 ? 1002 : code);
  }
}

/** Replaces what is no UTF-8 by U+FFFD. */
export class ReplacesBadText extends EchoPeer {
  protected override checkText(): void {}
  protected override echo(opcode: number, payload: Buffer): void {
    super.echo(opcode, opcode === 1 ? Buffer.from(payload.toString()) : payload);
  }
}

/** Takes encoded surrogates for characters, as JavaScript strings do. */
export class AllowsSurrogates extends EchoPeer {
  protected override checkText(text: Buffer): void {
    // ED A0..BF xx is the form of a surrogate; ED 80 80 stands for it in the check.
    const checked = Buffer.from(text);
    for (let at = 0; at < checked.length - 1; at++) {
      if (checked[at] === 0xed && checked[at + 1]! >= 0xa0) checked[at + 1] = 0x80;
    }
    super.checkText(checked);
  }
}

/** Refuses noncharacters, which are legal. */
export class RefusesNoncharacters extends EchoPeer {
  protected override checkText(text: Buffer): void {
    super.checkText(text);
    for (const character of text.toString())
      if ((character.codePointAt(0)! & 0xfffe) === 0xfffe) refuse(1007);
  }
}

/** Takes text up to a NUL. */
export class StopsAtNul extends EchoPeer {
  protected override echo(opcode: number, payload: Buffer): void {
    const end = opcode === 1 ? payload.indexOf(0) : -1;
    super.echo(opcode, end < 0 ? payload : payload.subarray(0, end));
  }
}

/** Checks each fragment as a text of its own. */
export class ChecksFragmentsAlone extends EchoPeer {
  protected override checkPiece(): void {
    if (this.opcode === 1) super.checkText(this.pieces.at(-1)!);
  }
}

/** Takes reserved opcodes for data. */
export class TakesReservedOpcodes extends EchoPeer {
  protected override checkOpcode(): void {}
  protected override frame(frame: Frame): void {
    if (frame.opcode === 8 || frame.opcode === 9 || frame.opcode === 10) super.frame(frame);
    else if (frame.opcode <= 2) super.frame(frame);
    else this.send(2, frame.payload);
  }
}

/** Takes control frames of any length, in fragments too. */
export class LaxControlFrames extends EchoPeer {
  protected override checkControl(): void {}
  protected override begun(): void {}
}

/** Begins a new message in the middle of one, and takes a stray continuation for nothing. */
export class LaxFragments extends EchoPeer {
  protected override checkOrder(): void {}
  protected override data(frame: Frame): void {
    if (frame.opcode === 0 && !this.inMessage) return;
    if (frame.opcode !== 0) this.pieces = [];
    super.data(frame);
  }
}

/** Knows the short form of the length only: what is longer is cut. */
export class ShortLengths extends EchoPeer {
  protected override echo(opcode: number, payload: Buffer): void {
    super.echo(opcode, payload.subarray(0, 125));
  }
}

/** Writes every length in eight octets. */
export class LongLengths extends EchoPeer {
  protected override send(opcode: number, payload: Uint8Array): void {
    const head = Buffer.alloc(10);
    head[0] = 0x80 | opcode;
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(payload.length), 2);
    this.socket.write(Buffer.concat([head, payload]));
  }
}

/** Sends everything as binary. */
export class AlwaysBinary extends EchoPeer {
  protected override echo(_opcode: number, payload: Buffer): void {
    super.echo(2, payload);
  }
}

/** Sends its echo in two fragments, the second of which it marks as text again. */
export class WrongContinuation extends EchoPeer {
  protected override echo(opcode: number, payload: Buffer): void {
    const middle = payload.length >> 1;
    this.socket.write(writeFrame(opcode, payload.subarray(0, middle), false));
    this.socket.write(writeFrame(opcode, payload.subarray(middle)));
  }
}

/** Sends its echo in three fragments with a Ping between them, which is legal. */
export class SplitsEcho extends EchoPeer {
  protected override echo(opcode: number, payload: Buffer): void {
    const third = Math.ceil(payload.length / 3);
    this.socket.write(writeFrame(opcode, payload.subarray(0, third), false));
    this.socket.write(writeFrame(9, Buffer.from("between")));
    this.socket.write(writeFrame(0, payload.subarray(third, 2 * third), false));
    this.socket.write(writeFrame(0, payload.subarray(2 * third)));
  }
}

/** Sets RSV1 on its text without an extension. */
export class SetsRsv extends EchoPeer {
  protected override echo(opcode: number, payload: Buffer): void {
    this.socket.write(writeFrame(opcode, payload, true, 4));
  }
}

/** Answers a Close with a reason that is no UTF-8. */
export class BadReason extends EchoPeer {
  protected override answerClose(payload: Buffer): void {
    this.send(
      8,
      Buffer.concat([payload.length < 2 ? closePayload(1000) : payload.subarray(0, 2), Buffer.from([0xff])]),
    );
  }
}

/** Takes a Close of one octet for a normal one. */
export class TakesShortClose extends EchoPeer {
  protected override checkClose(payload: Buffer): void {
    if (payload.length !== 1) super.checkClose(payload);
  }
  protected override answerClose(payload: Buffer): void {
    super.answerClose(payload.length === 1 ? closePayload(1000) : payload);
  }
}

/** Never looks at the reason of a Close. */
export class IgnoresReason extends EchoPeer {
  protected override checkClose(payload: Buffer): void {
    super.checkClose(payload.subarray(0, 2));
  }
}

/** Takes 1004 to 1006 for codes that may be sent. */
export class TakesReservedCodes extends EchoPeer {
  protected override checkClose(payload: Buffer): void {
    const code = payload.length < 2 ? 1000 : payload.readUInt16BE();
    if (code < 1004 || code > 1006) super.checkClose(payload);
  }
}

/** Sends a greeting before anything was said. */
export class Greets extends EchoPeer {
  constructor(...args: ConstructorParameters<typeof EchoPeer>) {
    super(...args);
    this.send(1, Buffer.from("welcome"));
  }
}

/** Ends TCP right after the opening handshake. */
export class DiesAtOnce extends EchoPeer {
  constructor(...args: ConstructorParameters<typeof EchoPeer>) {
    super(...args);
    this.closed = true;
    this.end();
  }
}

/** Fills the connection with Pings for as long as it is there. */
export class Floods extends EchoPeer {
  constructor(...args: ConstructorParameters<typeof EchoPeer>) {
    super(...args);
    const flood = Buffer.alloc(32_768, writeFrame(9, Buffer.from("flooding!!!!!!")));
    const fill = (): void => {
      while (!this.closed && this.socket.writable) if (!this.socket.write(flood)) break;
    };
    this.socket.on("drain", fill);
    fill();
  }
}
