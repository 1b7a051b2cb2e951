import type { Socket } from "../../src/client/link.ts";

/** A browser's WebSocket, as far as the link uses it, whose other end is the test. */
export class FakeSocket extends EventTarget implements Socket {
  readonly sent: unknown[] = [];
  closed = false;

  send(data: unknown): void {
    this.sent.push(typeof data === "string" ? JSON.parse(data) : data);
  }

  close(): void {
    this.closed = true;
  }

  open(): void {
    this.dispatchEvent(new Event("open"));
  }

  /** The server says something. */
  hear(message: unknown): void {
    const data = typeof message === "string" ? message : JSON.stringify(message);
    this.dispatchEvent(new MessageEvent("message", { data }));
  }

  /** The connection ends. */
  end(code = 1006, reason = ""): void {
    this.dispatchEvent(Object.assign(new Event("close"), { code, reason }));
  }
}
