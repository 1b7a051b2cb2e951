import { Utf8Checker } from "../../src/wire/utf8-checker.ts";
import { EchoPeer, refuse } from "./echo-peer.ts";
import { type Begun, closePayload } from "./frames.ts";

// Servers that the genuine suite was run against: one fault each.

/** Never drops TCP. */
export class NoDrop extends EchoPeer {
  protected override end(): void {}
}

/** Closes with 1000 whatever was wrong. */
export class Code1000 extends EchoPeer {
  protected override fail(): void {
    super.fail(1000);
  }
  protected override answerClose(): void {
    this.send(8, closePayload(1000));
  }
}

/** Ignores reserved bits. */
export class RsvOk extends EchoPeer {
  protected override checkRsv(): void {}
}

/** Never sends a Pong. */
export class Pongless extends EchoPeer {
  protected override ping(): void {}
}

/** Echoes every message twice. */
export class Dup extends EchoPeer {
  protected override echo(opcode: number, payload: Buffer): void {
    super.echo(opcode, payload);
    super.echo(opcode, payload);
  }
}

/** Checks text per frame, and leaves an incomplete end alone until the next frame. */
export class FrameUtf8 extends EchoPeer {
  protected override checkPiece(): void {
    if (this.opcode !== 1) return;
    const text = Buffer.concat(this.pieces);
    // Up to three octets at the end may be a character begun.
    let end = text.length;
    for (let back = 1; back <= 3 && back <= text.length; back++) {
      const octet = text[text.length - back]!;
      if (octet < 0x80) break;
      if (octet >= 0xc0) {
        if (back < (octet >= 0xf0 ? 4 : octet >= 0xe0 ? 3 : 2)) end = text.length - back;
        break;
      }
    }
    if (!new Utf8Checker().push(text.subarray(0, end))) refuse(1007);
  }
}

/** Answers every Close with the code that came, legal or not. */
export class AnyCode extends EchoPeer {
  protected override checkClose(): void {}
}

/** Answers a Close without a code with 1005. */
export class Echo1005 extends EchoPeer {
  protected override answerClose(payload: Buffer): void {
    this.send(8, payload.length === 0 ? closePayload(1005) : payload.subarray(0, 2));
  }
}

/** Masks what it sends. */
export class Masked extends EchoPeer {
  protected override send(opcode: number, payload: Uint8Array): void {
    const key = Buffer.from([1, 2, 3, 4]);
    const masked = Buffer.from(payload);
    for (let n = 0; n < masked.length; n++) masked[n]! ^= key[n & 3]!;
    const { length } = payload;
    const size = length < 126 ? [0x80 | length] : [0x80 | 126, length >> 8, length & 0xff];
    const long = Buffer.alloc(9, 0xff);
    if (length > 65_535) long.writeBigUInt64BE(BigInt(length), 1);
    this.socket.write(
      Buffer.concat([Buffer.from([0x80 | opcode]), length > 65_535 ? long : Buffer.from(size), key, masked]),
    );
  }
}

/** Never looks at text. */
export class NoUtf8 extends EchoPeer {
  protected override checkText(): void {}
}

/** Opens, and then does nothing at all. */
export class Silent extends EchoPeer {
  override received(): void {}
  protected override end(): void {}
}

/** Checks every octet of text as it comes: better than the correct one. */
export class FailFast extends EchoPeer {
  #checked = 0;
  #checker = new Utf8Checker();

  protected override begun(begun: Begun): void {
    super.begun(begun);
    if (begun.opcode === 1 || (begun.opcode === 0 && this.opcode === 1)) this.#look(begun.part);
  }

  protected override checkPiece(fin: boolean): void {
    if (this.opcode !== 1) return;
    this.#look(this.pieces.at(-1)!);
    this.#checked = 0;
    if (fin) this.#checker = new Utf8Checker();
  }

  /** Looks at what is new of the current frame. */
  #look(part: Buffer): void {
    const legal = this.#checker.push(part.subarray(this.#checked));
    this.#checked = part.length;
    if (!legal) refuse(1007);
  }
}
