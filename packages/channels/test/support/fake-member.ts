import type { PreparedMessage } from "@exws/frame";
import type { Subscriber, WriteResult } from "../../src/index.ts";

const decoder = new TextDecoder();

/** A member without a socket: it notes what it gets and is told how to answer. */
export class FakeMember implements Subscriber {
  readonly name: string;
  /** The messages, in order: text as it is, binary in hexadecimal. */
  readonly got: string[] = [];
  readonly messages: PreparedMessage[] = [];
  /** What `write` answers while it is open. */
  verdict: WriteResult = "sent";
  /** Runs within `write`, before it answers. */
  reaction: ((data: string) => void) | undefined;
  /** How often somebody asked to be told of its end. */
  asked = 0;
  isClosed = false;
  #listeners: ((subscriber: Subscriber) => void)[] = [];

  constructor(name = "") {
    this.name = name;
  }

  write(message: PreparedMessage): WriteResult {
    if (this.isClosed) return "closed";
    this.messages.push(message);
    const data =
      message.type === "text"
        ? decoder.decode(message.payload)
        : Buffer.from(message.payload).toString("hex");
    this.got.push(data);
    this.reaction?.(data);
    return this.verdict;
  }

  onClosed(listener: (subscriber: Subscriber) => void): void {
    this.asked++;
    if (this.isClosed) listener(this);
    else this.#listeners.push(listener);
  }

  close(): void {
    this.isClosed = true;
    for (const listener of this.#listeners.splice(0)) listener(this);
  }
}

/** So many members, named by their number. */
export function members(count: number): FakeMember[] {
  return Array.from({ length: count }, (_, i) => new FakeMember(`${i}`));
}

/** Resolves when a turn of the event loop has passed. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
