import * as net from "node:net";
import { receiveBuffer } from "@exws/frame";
import { receiverOf } from "./receiver.ts";
import type { StreamHandle } from "./stream-binding.ts";

/** A socket of Node that reads into the shared buffer: no allocation and no stream machinery for a read. */
export class SharedReadSocket extends net.Socket {
  /** The handle is the socket's from now on; it reads at once. */
  constructor(handle: StreamHandle) {
    const options = {
      handle,
      allowHalfOpen: true,
      onread: {
        buffer: receiveBuffer(),
        callback: (length: number, buffer: Uint8Array): boolean => {
          receiverOf(this)?.onBytes(buffer, 0, length);
          return true;
        },
      },
    };
    super(options);
  }
}
