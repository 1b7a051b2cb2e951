import { expect } from "vitest";
import type { Server } from "../../src/index.ts";
import { frame } from "./frame-bytes.ts";
import type { RawClient } from "./raw-client.ts";
import type { Running, State, TestConnection, TestHandler, TestOptions } from "./start.ts";

/** Around every bound at which memory is had in another way. */
const lengths = [
  0, 1, 5, 20, 31, 32, 33, 63, 64, 65, 95, 96, 97, 125, 126, 1_000, 8_191, 8_192, 16_383, 16_384, 16_385,
  65_535, 65_536, 66_000, 131_072, 200_000,
];
/** Characters of one, two, three and four octets: ASCII only every other time. */
const alphabets = ["abcdefghijklmnopqrstuvwxyz", "aé☃🐟zž"];

/** One that a handler keeps, by the number of the connection and its own. */
type Kept = { readonly by: number; readonly number: number; readonly data: string | Uint8Array };

/** What connection `by` sends as its message of this number. */
function contentOf(by: number, number: number): string | Uint8Array {
  const length = lengths[(number * 7 + by) % lengths.length]!;
  const seed = by * 131 + number * 17;
  if (number % 2 === 0) return Uint8Array.from({ length }, (_, i) => seed + i * 31 + (i >> 8));
  const letters = [...alphabets[(number >> 1) & 1]!];
  const period = Array.from({ length: 97 }, (_, i) => letters[(seed + i * i) % letters.length]).join("");
  const text = period.repeat(Math.ceil(length / period.length)).slice(0, length);
  // A character may have been cut in two.
  return Buffer.from(text).toString();
}

/** The same on the wire: in one frame, or in two around a Ping, with a key of its own. */
function wireOf(by: number, number: number): Buffer {
  const data = contentOf(by, number);
  const payload = Buffer.from(data);
  const opcode = typeof data === "string" ? 1 : 2;
  const key = [number & 0xff, by, 0x5a, 0xff - (number & 0xff)] as const;
  if (number % 5 < 4) return frame({ opcode, payload, key });
  const half = payload.length >> 1;
  return Buffer.concat([
    frame({ fin: false, opcode, payload: payload.subarray(0, half), key }),
    frame({ opcode: 9, payload: `ping ${number}`, key }),
    frame({ opcode: 0, payload: payload.subarray(half), key }),
  ]);
}

/** A handler that keeps every message it gets, and the payload of every Ping. */
export class Keeper {
  readonly kept: Kept[] = [];
  readonly pings: Uint8Array[] = [];
  readonly #numbers = new Map<TestConnection, { by: number; next: number }>();
  #wanted = Number.POSITIVE_INFINITY;
  #resolve = (): void => {};

  readonly handler: TestHandler = {
    open: (connection) => {
      this.#numbers.set(connection, { by: this.#numbers.size, next: 0 });
    },
    message: (connection, data) => {
      const numbers = this.#numbers.get(connection)!;
      this.kept.push({ by: numbers.by, number: numbers.next++, data });
      connection.write(data);
      if (this.kept.length >= this.#wanted) this.#resolve();
    },
    ping: (_, payload) => {
      this.pings.push(payload);
    },
  };

  /** Resolves once so many are kept. */
  wait(count: number): Promise<void> {
    this.#wanted = count;
    return new Promise((resolve) => {
      this.#resolve = resolve;
      if (this.kept.length >= count) resolve();
    });
  }

  /** Fails when one of them is not what was sent. */
  check(): void {
    for (const { by, number, data } of this.kept) {
      const expected = contentOf(by, number);
      // A million octets are too many for `toEqual`.
      const same =
        typeof data === "string"
          ? data === expected
          : typeof expected !== "string" && Buffer.compare(data, expected) === 0;
      expect(same, `message ${number} of connection ${by} is as it was sent`).toBe(true);
    }
  }

  /** The most memory that a kept message or payload holds on to beyond its own size. */
  get pinned(): number {
    const bytes = [...this.kept.map(({ data }) => data), ...this.pings].filter(
      (data) => typeof data !== "string",
    );
    return Math.max(...bytes.map(({ buffer, length }) => buffer.byteLength - length));
  }
}

/** What a server needs to send all of it back to somebody who first writes and then reads. */
export const roomy: TestOptions = { limits: { hardBuffer: 67_108_864 } };

/**
 * Lets some connections send `rounds` times a number of messages each, in pieces that are cut anywhere, or as often as it takes
 * to fill `seconds`. What a handler keeps is compared with what was sent after every round.
 */
export async function keepEverything(
  running: Running<Server<State>>,
  keeper: Keeper,
  rounds: number,
  seconds = 0,
): Promise<void> {
  const connections = 3;
  const clients: RawClient[] = [];
  // One after the other: the handler numbers them as they open.
  for (let by = 0; by < connections; by++) clients.push(await running.open());
  const end = performance.now() + seconds * 1000;
  const perRound = lengths.length * 2;
  for (let round = 0; round < rounds || performance.now() < end; round++) {
    const arrived = keeper.wait((round + 1) * perRound * connections);
    for (const [by, client] of clients.entries()) {
      const stream = Buffer.concat(
        Array.from({ length: perRound }, (_, i) => wireOf(by, round * perRound + i)),
      );
      const size = [stream.length, 70_001, 4_099][(by + round) % 3]!;
      for (let at = 0; at < stream.length; at += size) client.write(stream.subarray(at, at + size));
    }
    await arrived;
    for (const client of clients) await client.frames(perRound + Math.floor(perRound / 5));
    keeper.check();
    // A minute of messages has to fit into memory.
    if (seconds > 0) await new Promise((resolve) => setTimeout(resolve, 2_000));
  }
  for (const client of clients) client.destroy();
}
