import { expect } from "vitest";
import type { Server } from "../../src/index.ts";
import { request } from "./http-bytes.ts";
import type { RawClient } from "./raw-client.ts";
import type { Running as AnyRunning, State } from "./start.ts";

type Running = AnyRunning<Server<State>>;

/** One row of the frame catalogue: literal bytes of the client and everything that must follow from them. */
export type FrameRow = {
  what: string;
  bytes: Buffer;
  /** What the handler sees after `open`, as lines; the last is `closed …`. */
  events: readonly string[];
  /** Every frame the server sends, as lines; the last is a Close frame, after which the server ends TCP. */
  answer: readonly string[];
};

/** How the bytes of a row are handed over. */
type Delivery = (client: RawClient, bytes: Buffer) => Promise<void> | void;

/** Plays a row in every way: whole, behind the handshake in its segment, byte by byte, and cut at every byte boundary. */
export async function expectRow(running: Running, row: FrameRow): Promise<void> {
  await play(running, row, "whole", (client, bytes) => client.write(bytes));
  await play(running, row, "byte by byte", (client, bytes) => client.writeBytewise(bytes));
  for (let cut = 1; cut < row.bytes.length; cut++) {
    await play(running, row, `cut at ${cut}`, (client, bytes) => client.writeCut(bytes, cut));
  }
  const glued = await running.connect();
  glued.write(Buffer.concat([request(), row.bytes]));
  expect((await glued.head()).status).toBe(101);
  await check(running, row, "in the handshake's segment", glued);
}

async function play(running: Running, row: FrameRow, how: string, deliver: Delivery): Promise<void> {
  const client = await running.open();
  await deliver(client, row.bytes);
  await check(running, row, how, client);
}

async function check(running: Running, row: FrameRow, how: string, client: RawClient): Promise<void> {
  const answer = await client.framesToEnd();
  await running.log.next("closed");
  expect({ answer, events: running.log.lines() }, how).toEqual({
    answer: row.answer,
    events: ["open", ...row.events],
  });
  expect(client.ending, `${how}: the server ends TCP with a FIN`).toBe("fin");
  running.log.clear();
}

/** A row that breaks the protocol: nothing of it is delivered, the server closes with `code` and ends TCP. */
export function violation(
  what: string,
  bytes: Buffer,
  code: number,
  events: readonly string[] = [],
): FrameRow {
  return { what, bytes, events: [...events, `closed ${code} protocol`], answer: [`close ${code}`] };
}
