import type { LogBounds, LogReading, Position, Since } from "@exws/channels";
import { encodeMessage } from "./frames.ts";
import { TopicLog } from "./topic-log.ts";

/** Who hears topics. */
export interface Listener {
  readonly prefix: string;
  readonly topics: Set<string>;
  deliver(frame: Buffer): void;
}

/** Who hears what, and what is remembered. Topics here have their prefix. */
export class RelayRooms {
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #logs = new Map<string, TopicLog>();

  /** Topics that anybody hears. */
  get size(): number {
    return this.#listeners.size;
  }

  subscribe(listener: Listener, topic: string): void {
    const listeners = this.#listeners.get(topic);
    if (listeners === undefined) this.#listeners.set(topic, new Set([listener]));
    else listeners.add(listener);
    listener.topics.add(topic);
  }

  unsubscribe(listener: Listener, topic: string): void {
    const listeners = this.#listeners.get(topic);
    if (listeners?.delete(listener) && listeners.size === 0) this.#listeners.delete(topic);
    listener.topics.delete(topic);
  }

  /** Ends all subscriptions of somebody who is gone. */
  leave(listener: Listener): void {
    for (const topic of [...listener.topics]) this.unsubscribe(listener, topic);
  }

  /** Gives a message to all others who hear the topic, framed once. */
  publish(from: Listener, topic: string, payload: Uint8Array): void {
    const listeners = this.#listeners.get(from.prefix + topic);
    if (listeners === undefined) return;
    let frame: Buffer | undefined;
    for (const listener of listeners) {
      if (listener === from) continue;
      frame ??= encodeMessage(topic, payload);
      listener.deliver(frame);
    }
  }

  append(topic: string, entry: Uint8Array, bounds: LogBounds): Position {
    return this.#log(topic, bounds).append(entry, bounds, performance.now());
  }

  read(topic: string, after: Since | undefined, bounds: LogBounds): LogReading {
    return this.#log(topic, bounds).read(after, bounds, performance.now());
  }

  /** Forgets logs that nobody may want any more. */
  sweep(): void {
    const now = performance.now();
    for (const [topic, log] of this.#logs) if (log.isForgotten(now)) this.#logs.delete(topic);
  }

  #log(topic: string, bounds: LogBounds): TopicLog {
    let log = this.#logs.get(topic);
    if (log === undefined) {
      log = new TopicLog(bounds, performance.now());
      this.#logs.set(topic, log);
    }
    return log;
  }
}
