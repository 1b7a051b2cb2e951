import { Socket } from "node:net";
import { encodePong } from "@exws/frame";
import { FrameCounter } from "./frame-counter.ts";

/** What happens to a connection. */
export type ConnectionEvents = {
  /** The server's 101 has come. */
  readonly upgraded: () => void;
  readonly message: () => void;
  /** The connection is over, and it was the server who ended it. */
  readonly ended: () => void;
};

/** A raw connection of the generator in Node: the opening handshake, then frames that are counted. */
export class GeneratorConnection {
  /** When it was opened, or when its batch was sent. */
  started: number = performance.now();
  /** Messages that are still to come. */
  awaited = 0;
  bytes = 0;
  readonly #socket = new Socket();

  constructor(port: number, head: Uint8Array, events: ConnectionEvents) {
    const socket = this.#socket;
    const frames = new FrameCounter();
    let response = Buffer.alloc(0);
    let open = false;
    const take = (bytes: Uint8Array): void => {
      this.bytes += bytes.length;
      frames.push(bytes, events.message, (opcode, payload) => {
        if (opcode === 9) socket.write(encodePong(payload, 0x1));
      });
    };
    socket.on("data", (chunk) => {
      if (open) return take(chunk);
      response = Buffer.concat([response, chunk]);
      const end = response.indexOf("\r\n\r\n");
      if (end < 0) return;
      if (response.toString("latin1", 9, 12) !== "101") {
        throw new Error(`the server answered ${response.toString("latin1", 0, 40)}`);
      }
      open = true;
      events.upgraded();
      if (response.length > end + 4) take(response.subarray(end + 4));
    });
    socket.on("error", () => {});
    socket.on("close", events.ended);
    socket.setNoDelay(true);
    socket.connect(port, "127.0.0.1", () => socket.write(head));
  }

  write(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** Reads no more, or again. */
  pause(paused: boolean): void {
    if (paused) this.#socket.pause();
    else this.#socket.resume();
  }

  /** Ends it without a word. */
  drop(): void {
    this.#socket.removeAllListeners("close");
    this.#socket.resetAndDestroy();
  }
}
