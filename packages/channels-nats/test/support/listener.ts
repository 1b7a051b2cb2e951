import type { Bus, BusError, BusReceiver } from "@exws/channels";

/** Hears what a bus tells, and waits for it. */
export class Listener implements BusReceiver {
  readonly heard: string[] = [];
  /** `up`, and `down:` with the code. */
  readonly states: string[] = [];
  /** When the last state was told; `performance.now()`. */
  changed = 0;
  readonly #waiting = new Set<() => void>();

  message(topic: string, payload: Uint8Array): void {
    const text = new TextDecoder().decode(payload);
    this.heard.push(`${topic} ${text}`);
    this.#look();
  }

  up(): void {
    this.#tell("up");
  }

  down(error: BusError): void {
    this.#tell(`down:${error.code}`);
  }

  /** Resolves when something holds; looks whenever something was told. */
  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!holds()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** Resolves when the last state is this one. */
  untilState(state: string): Promise<void> {
    return this.until(() => this.states.at(-1) === state);
  }

  #tell(state: string): void {
    this.states.push(state);
    this.changed = performance.now();
    this.#look();
  }

  #look(): void {
    for (const look of [...this.#waiting]) look();
  }
}

/** Publishes text. */
export function say(bus: Bus, topic: string, text: string): Promise<void> {
  return bus.publish(topic, new TextEncoder().encode(text));
}

/** The code that a promise rejects with, or what it resolves with. */
export function codeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.catch((error: BusError) => (error.name === "BusError" ? error.code : error));
}
