import type { Bus, BusError, BusReceiver } from "@exws/channels";

/** One node of a storm: it says numbers, and writes down whatever must not be. */
export class StormNode implements BusReceiver {
  readonly bus: Bus;
  readonly wanted = new Set<string>();
  readonly subscribed: Promise<void>[] = [];
  /** `topic node` of the last words heard. */
  readonly ends = new Set<string>();
  readonly faults: string[] = [];
  heard = 0;
  outages = 0;
  isUp = true;
  readonly #name: string;
  readonly #refused: Set<string>;
  readonly #last = new Map<string, number>();
  #next = 1;

  /** `refused` is shared by all nodes: what must not arrive. */
  constructor(bus: Bus, name: string, refused: Set<string>) {
    this.bus = bus;
    this.#name = name;
    this.#refused = refused;
  }

  say(topic: string): void {
    const text = `${this.#name} ${this.#next++}`;
    this.bus.publish(topic, Buffer.from(text)).catch((error: BusError) => {
      if (error.code !== "unavailable") this.#refused.add(text);
    });
  }

  sayEnd(topic: string): Promise<void> {
    return this.bus.publish(topic, Buffer.from(`${this.#name} end`));
  }

  subscribe(topics: readonly string[]): void {
    for (const topic of topics) this.wanted.add(topic);
    this.subscribed.push(this.bus.subscribe(topics));
  }

  unsubscribe(topics: readonly string[]): void {
    for (const topic of topics) this.wanted.delete(topic);
    this.bus.unsubscribe(topics);
  }

  message(topic: string, payload: Uint8Array): void {
    const text = Buffer.from(payload).toString();
    const [who, what] = text.split(" ") as [string, string];
    this.heard++;
    if (what === "end") {
      this.ends.add(`${topic} ${who}`);
      return;
    }
    const last = this.#last.get(`${topic} ${who}`) ?? 0;
    if (Number(what) <= last) this.faults.push(`${topic}: ${what} of ${who} came after ${last}`);
    if (this.#refused.has(text)) this.faults.push(`${topic}: ${what} of ${who} was refused`);
    this.#last.set(`${topic} ${who}`, Number(what));
  }

  up(): void {
    if (this.isUp) this.faults.push("up twice");
    this.isUp = true;
  }

  down(): void {
    if (!this.isUp) this.faults.push("down twice");
    this.isUp = false;
    this.outages++;
  }
}
