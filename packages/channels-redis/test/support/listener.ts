import type { Bus, BusError, BusReceiver } from "@exws/channels";
import { expect, vi } from "vitest";

/** Opens a bus and writes down what it tells. */
export class Listener implements BusReceiver {
  readonly bus: Bus;
  /** `topic text`. */
  readonly heard: string[] = [];
  readonly states: string[] = [];
  readonly errors: BusError[] = [];

  constructor(bus: Bus) {
    this.bus = bus;
  }

  message(topic: string, payload: Uint8Array): void {
    this.heard.push(`${topic} ${Buffer.from(payload)}`);
  }

  up(): void {
    this.states.push("up");
  }

  down(error: BusError): void {
    this.states.push("down");
    this.errors.push(error);
  }

  say(topic: string, text: string): Promise<void> {
    return this.bus.publish(topic, Buffer.from(text));
  }

  hears(topic: string, text: string, timeout = 5000): Promise<void> {
    return vi.waitFor(() => expect(this.heard).toContain(`${topic} ${text}`), { timeout, interval: 5 });
  }

  told(states: readonly string[], timeout = 5000): Promise<void> {
    return vi.waitFor(() => expect(this.states).toEqual(states), { timeout, interval: 5 });
  }
}
