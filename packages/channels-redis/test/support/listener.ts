import type { Bus, BusError, BusReceiver } from "@exws/channels";
import { expect } from "vitest";

/** Opens a bus and writes down what it tells. */
export class Listener implements BusReceiver {
  readonly bus: Bus;
  /** `topic text`. */
  readonly heard: string[] = [];
  readonly states: string[] = [];
  readonly errors: BusError[] = [];
  readonly #waiting: (() => void)[] = [];

  constructor(bus: Bus) {
    this.bus = bus;
  }

  message(topic: string, payload: Uint8Array): void {
    this.heard.push(`${topic} ${Buffer.from(payload)}`);
    this.#look();
  }

  up(): void {
    this.states.push("up");
    this.#look();
  }

  down(error: BusError): void {
    this.errors.push(error);
    this.states.push("down");
    this.#look();
  }

  say(topic: string, text: string): Promise<void> {
    return this.bus.publish(topic, Buffer.from(text));
  }

  /** Resolves when something holds; looks whenever something was told. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  hears(topic: string, text: string): Promise<void> {
    return this.until(() => this.heard.includes(`${topic} ${text}`));
  }

  /** Resolves when these are the states that were told, and rejects when others were. */
  async told(states: readonly string[]): Promise<void> {
    await this.until(() => this.states.length >= states.length);
    expect(this.states).toEqual(states);
  }

  #look(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
