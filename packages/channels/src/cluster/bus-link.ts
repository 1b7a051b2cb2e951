import type { Bus } from "../bus.ts";
import { BusError } from "../bus-error.ts";

/** Whether a message was handed to the engine. That somebody got it is not said. */
export type Published = { readonly ok: true } | { readonly ok: false; readonly error: BusError };

/** How the bus is. `none`: there is none. `closed`: by `close`, or because the first connection failed. */
export type BusState = "none" | "connecting" | "up" | "down" | "closed";

/** Who hears what a bus tells. */
export interface BusLinkOwner {
  message(topic: string, payload: Uint8Array): void;
  /** The first attempt to connect is over, and the bus will be used: `up` or `down` follows. */
  opened(): void;
  up(): void;
  down(error: BusError): void;
  /** The bus is given up, or closed. */
  ended(): void;
  /** Something failed that nobody waits for. */
  failed(error: unknown): void;
}

const handedOver: Published = { ok: true };

/** A bus as far as its connection goes: opened once, up and down in turns, closed in the end. It throws nothing. */
export class BusLink {
  readonly #bus: Bus;
  readonly #owner: BusLinkOwner;
  readonly #opened: Promise<BusError | undefined>;
  #state: BusState = "connecting";
  #error: BusError | undefined;
  #isWatched = false;

  /** Opens the bus. With `startLocally` it is kept even if the first attempt fails. */
  constructor(bus: Bus, startLocally: boolean, owner: BusLinkOwner) {
    this.#bus = bus;
    this.#owner = owner;
    this.#opened = this.#open(startLocally);
  }

  get state(): BusState {
    return this.#state;
  }

  /** Why the bus is down or was given up. */
  get error(): BusError | undefined {
    return this.#error;
  }

  /** Resolves when the bus is connected, or the first attempt has failed and that is allowed; rejects when it is not. */
  get ready(): Promise<void> {
    this.#isWatched = true;
    return this.#opened.then((error) => {
      if (error !== undefined) throw error;
    });
  }

  /** Bytes that a payload may have. */
  get maxPayload(): number {
    return this.#bus.maxPayload;
  }

  /** As of {@link Bus}; rejects with a BusError whatever the bus does. */
  async subscribe(topics: readonly string[]): Promise<void> {
    try {
      await this.#bus.subscribe(topics);
    } catch (error) {
      throw asBusError(error);
    }
  }

  /** As of {@link Bus}. */
  unsubscribe(topics: readonly string[]): void {
    try {
      this.#bus.unsubscribe(topics);
    } catch (error) {
      this.#owner.failed(error);
    }
  }

  /** Hands a payload to the engine. */
  async publish(topic: string, payload: Uint8Array): Promise<Published> {
    try {
      if (this.#state === "closed") throw new BusError("closed", "These channels are closed");
      if (this.#state === "connecting") throw new BusError("unavailable", "The bus is not connected yet");
      await this.#bus.publish(topic, payload);
      return handedOver;
    } catch (error) {
      return { ok: false, error: asBusError(error) };
    }
  }

  /** Closes the bus. */
  async close(): Promise<void> {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#owner.ended();
    try {
      await this.#bus.close();
    } catch (error) {
      this.#owner.failed(error);
    }
  }

  async #open(startLocally: boolean): Promise<BusError | undefined> {
    const error = await this.#connect();
    if (this.#state === "closed") return error;
    if (error !== undefined && !startLocally) {
      this.#error = error;
      if (!this.#isWatched) this.#owner.failed(error);
      await this.close();
      return error;
    }
    this.#owner.opened();
    // The bus may have told more by now.
    if (this.#state !== "connecting") return undefined;
    if (error === undefined) this.#up();
    else this.#down(error);
    return undefined;
  }

  /** Resolves with the error, if there is one. */
  async #connect(): Promise<BusError | undefined> {
    try {
      await this.#bus.open({
        message: (topic, payload) => {
          if (this.#state !== "closed") this.#owner.message(topic, payload);
        },
        up: () => this.#up(),
        down: (error) => this.#down(error),
      });
      return undefined;
    } catch (error) {
      return asBusError(error);
    }
  }

  #up(): void {
    if (this.#state === "closed" || this.#state === "up") return;
    this.#state = "up";
    this.#error = undefined;
    this.#owner.up();
  }

  #down(error: BusError): void {
    if (this.#state === "closed" || this.#state === "down") return;
    this.#state = "down";
    this.#error = error;
    this.#owner.down(error);
  }
}

/** What a bus has rejected with; anything but a BusError is a fault of the bus. */
export function asBusError(error: unknown): BusError {
  // Another copy of this package may have made it.
  if (error instanceof Error && error.name === "BusError") return error as BusError;
  return new BusError("unavailable", "The bus failed", { cause: error });
}
