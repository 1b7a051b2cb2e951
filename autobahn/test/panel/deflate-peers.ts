import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import { EchoPeer, refuse } from "./echo-peer.ts";
import { type Frame, writeFrame } from "./frames.ts";
import { type Answer, acceptAnswer } from "./start-panel.ts";

const tail = 4;
const none = Buffer.alloc(0);

/** Answers a handshake with these parameters, whatever was offered. */
export function agreeing(parameters: string): Answer {
  return (key) => [...acceptAnswer(key, ""), `Sec-WebSocket-Extensions: permessage-deflate${parameters}`];
}

/** A correct echo server with permessage-deflate that keeps both contexts, in steps that broken ones override. */
export class DeflatePeer extends EchoPeer {
  protected isCompressed = false;
  protected known = none;
  protected sent = none;
  protected windowBits = 15;

  protected override checkRsv({ rsv, opcode }: Frame): void {
    if (rsv !== 0 && !(rsv === 4 && (opcode === 1 || opcode === 2))) refuse(1002);
  }

  protected override data(frame: Frame): void {
    if (frame.opcode !== 0) this.isCompressed = frame.rsv === 4;
    super.data(frame);
  }

  protected override checkText(): void {}

  protected override echo(opcode: number, payload: Buffer): void {
    if (!this.isCompressed) {
      super.echo(opcode, payload);
      return;
    }
    const plain = this.inflate(payload);
    this.sendCompressed(opcode, this.deflate(plain));
  }

  protected sendCompressed(opcode: number, compressed: Buffer): void {
    this.socket.write(writeFrame(opcode, compressed, true, 4));
  }

  protected inflate(compressed: Buffer): Buffer {
    const plain = inflateRawSync(compressed, {
      finishFlush: constants.Z_SYNC_FLUSH,
      ...(this.known.length > 0 && { dictionary: this.known }),
    });
    this.known = Buffer.concat([this.known, plain]).subarray(-32_768);
    return plain;
  }

  protected deflate(plain: Buffer): Buffer {
    const whole = deflateRawSync(plain, {
      windowBits: this.windowBits,
      finishFlush: constants.Z_SYNC_FLUSH,
      ...(this.sent.length > 0 && { dictionary: this.sent.subarray(-(2 ** this.windowBits)) }),
    });
    this.sent = Buffer.concat([this.sent, plain]).subarray(-32_768);
    return whole.subarray(0, -tail);
  }
}

/** Compresses with a window of 9 bits. */
export class SmallWindow extends DeflatePeer {
  protected override windowBits = 9;
}

/** Sends its echoes in fragments, RSV1 on the first. */
export class SplitsCompressed extends DeflatePeer {
  protected override sendCompressed(opcode: number, compressed: Buffer): void {
    const middle = compressed.length >> 1;
    this.socket.write(writeFrame(opcode, compressed.subarray(0, middle), false, 4));
    this.socket.write(writeFrame(0, compressed.subarray(middle)));
  }
}

/** Sends its echoes as they are. */
export class Uncompressed extends DeflatePeer {
  protected override echo(opcode: number, payload: Buffer): void {
    this.send(opcode, this.isCompressed ? this.inflate(payload) : payload);
  }
}

/** Compresses only every other echo. */
export class SometimesCompressed extends DeflatePeer {
  #odd = false;

  protected override echo(opcode: number, payload: Buffer): void {
    this.#odd = !this.#odd;
    if (this.#odd) super.echo(opcode, payload);
    else this.send(opcode, this.inflate(payload));
  }
}

/** Compressed octets without the bit that says so. */
export class ForgetsRsv extends DeflatePeer {
  protected override sendCompressed(opcode: number, compressed: Buffer): void {
    this.socket.write(writeFrame(opcode, compressed));
  }
}

/** Sets RSV1 on every fragment. */
export class RsvOnContinuation extends DeflatePeer {
  protected override sendCompressed(opcode: number, compressed: Buffer): void {
    const middle = compressed.length >> 1;
    this.socket.write(writeFrame(opcode, compressed.subarray(0, middle), false, 4));
    this.socket.write(writeFrame(0, compressed.subarray(middle), true, 4));
  }
}

/** Forgets what it received before, although the client did not promise to. */
export class ForgetsContext extends DeflatePeer {
  protected override inflate(compressed: Buffer): Buffer {
    this.known = none;
    try {
      return super.inflate(compressed);
    } catch {
      return refuse(1007);
    }
  }
}

/** Echoes with the last octet of every message wrong. */
export class WrongOctet extends DeflatePeer {
  protected override deflate(plain: Buffer): Buffer {
    const changed = Buffer.from(plain);
    changed[changed.length - 1]! ^= 1;
    return super.deflate(changed);
  }
}

/** Leaves out the last octet. */
export class LosesOctet extends DeflatePeer {
  protected override deflate(plain: Buffer): Buffer {
    return super.deflate(plain.subarray(0, -1));
  }
}

/** Sends what is no deflate at all. */
export class NoDeflate extends DeflatePeer {
  protected override deflate(): Buffer {
    return Buffer.from("ffffffff", "hex");
  }
}

/** Sends the four octets that RFC 7692 leaves out. */
export class KeepsTail extends DeflatePeer {
  protected override deflate(plain: Buffer): Buffer {
    return Buffer.concat([super.deflate(plain), Buffer.from("0000ffff", "hex")]);
  }
}

/** Ends every message with a final block, and begins anew: the genuine suite's inflater stops at the first. */
export class FinalBlocks extends DeflatePeer {
  protected override deflate(plain: Buffer): Buffer {
    return Buffer.concat([deflateRawSync(plain), Buffer.from([0])]);
  }
}

/** Compresses its Pongs and its Close. */
export class CompressesClose extends DeflatePeer {
  protected override answerClose(payload: Buffer): void {
    this.socket.write(writeFrame(8, payload, true, 4));
  }
}
