import { Socket } from "node:net";

type Done = (error?: Error | null) => void;

/**
 * A TCP socket that reads on when a write fails. A peer that closes while the tester still writes makes that write fail;
 * what the peer sent before it closed is still to be read.
 */
export class WireSocket extends Socket {
  override _write(chunk: Uint8Array, encoding: BufferEncoding, done: Done): void {
    super._write(chunk, encoding, () => done());
  }

  override _writev(chunks: { chunk: Uint8Array; encoding: BufferEncoding }[], done: Done): void {
    super._writev?.(chunks, () => done());
  }
}
