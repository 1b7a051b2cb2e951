import type { Bus } from "../bus.ts";
import type { BusError, BusErrorCode } from "../bus-error.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Throws what a case has found. */
export function expect(holds: boolean, fault: string): asserts holds {
  if (!holds) throw new Error(fault);
}

/** Waits for a promise to reject with a BusError of one of these codes. */
export async function expectRejection(promise: Promise<unknown>, ...codes: BusErrorCode[]): Promise<void> {
  const outcome = await promise.then(
    () => "resolved",
    (error: BusError) => (error.name === "BusError" ? error.code : error),
  );
  expect((codes as unknown[]).includes(outcome), `expected a BusError ${codes.join(" or ")}: ${outcome}`);
}

/** Rejects when a promise has not settled within so many milliseconds. */
export async function within<Result>(
  milliseconds: number,
  what: string,
  promise: Promise<Result>,
): Promise<Result> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took more than ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** An opened bus, and what it has told. */
export class Probe {
  readonly bus: Bus;
  /** What came, as `topic text`. */
  readonly heard: string[] = [];
  readonly payloads: Uint8Array[] = [];
  /** `up` and `down`, in order. */
  readonly states: string[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(bus: Bus) {
    this.bus = bus;
  }

  /** Opens the bus. */
  open(): Promise<void> {
    return this.bus.open({
      message: (topic, payload) => {
        this.heard.push(`${topic} ${decoder.decode(payload)}`);
        this.payloads.push(payload);
        this.#look();
      },
      up: () => this.#told("up"),
      down: () => this.#told("down"),
    });
  }

  /** Publishes text. */
  say(topic: string, message: string): Promise<void> {
    return this.bus.publish(topic, encoder.encode(message));
  }

  /** What came on a topic. */
  on(topic: string): string[] {
    return this.heard
      .filter((each) => each.startsWith(`${topic} `))
      .map((each) => each.slice(topic.length + 1));
  }

  /** Resolves when something holds; looks when something has come or changed. */
  until(what: string, holds: () => boolean, milliseconds = 10_000): Promise<void> {
    const done = new Promise<void>((resolve) => {
      const look = (): void => {
        if (!holds()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
    return within(milliseconds, what, done);
  }

  /** Resolves when this message has come. */
  hears(topic: string, message: string, milliseconds?: number): Promise<void> {
    const wanted = `${topic} ${message}`;
    return this.until(`hearing ${wanted.slice(0, 100)}`, () => this.heard.includes(wanted), milliseconds);
  }

  #told(state: string): void {
    this.states.push(state);
    this.#look();
  }

  #look(): void {
    for (const look of [...this.#waiting]) look();
  }
}
