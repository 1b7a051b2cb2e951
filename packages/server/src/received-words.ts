import { receiveBuffer } from "@exws/frame";

const buffer = receiveBuffer();
const words = new DataView(buffer.buffer);

/** What reads the receive buffer word by word; `undefined` when `bytes` is other memory. */
export function receivedWords(bytes: Uint8Array): DataView | undefined {
  return bytes === buffer ? words : undefined;
}
