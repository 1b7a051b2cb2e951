import type { PreparedMessage } from "@exws/frame";
import { WebSocket } from "ws";
import type { Subscriber, WriteResult } from "../../src/index.ts";

/** A socket of `ws` as a member: what the README shows. */
export class WsSubscriber implements Subscriber {
  readonly socket: WebSocket;

  constructor(socket: WebSocket) {
    this.socket = socket;
  }

  write(message: PreparedMessage): WriteResult {
    const { socket } = this;
    if (socket.readyState !== WebSocket.OPEN) return "closed";
    if (socket.bufferedAmount > 1_048_576) {
      socket.terminate();
      return "dropped";
    }
    socket.send(message.payload, { binary: message.type === "binary" });
    return socket.bufferedAmount < 65_536 ? "sent" : "queued";
  }

  onClosed(listener: (subscriber: Subscriber) => void): void {
    if (this.socket.readyState === WebSocket.CLOSED) listener(this);
    else this.socket.once("close", () => listener(this));
  }
}
