import { expect } from "vitest";
import { textFrame } from "./frame-bytes.ts";
import { type ResponseHead, readHead, sampleAccept } from "./http-bytes.ts";
import type { RawClient } from "./raw-client.ts";
import type { Running } from "./start.ts";

/** One row of the handshake catalogue: what is sent, and what may come back. */
export type Row = {
  /** The row in reliability.md §2.2; empty for rows of our own. */
  id: string;
  what: string;
  bytes: Buffer;
  /** The statuses allowed; 101 means accepted, 0 means closed without an answer. */
  answer: readonly number[];
  /** What the Error header must say, where only one thing is wrong. */
  error?: string;
  /** Other header fields of a refusal: name, value. */
  headers?: readonly (readonly [string, string])[];
  /** `false` when sending it byte by byte proves nothing (too long, or its point is the single segment). */
  bytewise?: boolean;
};

/** Sends a row on a fresh connection and checks everything that is promised about the answer. */
export async function expectAnswer(running: Running, row: Row, bytewise: boolean): Promise<void> {
  const client = await running.connect();
  const sent = bytewise ? client.writeBytewise(row.bytes) : Promise.resolve(client.write(row.bytes));
  if (row.answer.includes(101)) {
    await sent;
    const head = await client.head();
    expect(row.answer).toContain(head.status);
    if (head.status === 101) return expectAccepted(running, client, head);
    return expectRefused(running, client, head, row);
  }
  const head = await refusalHead(client, row);
  await sent;
  await expectRefused(running, client, head, row);
}

async function refusalHead(client: RawClient, row: Row): Promise<ResponseHead | undefined> {
  if (!row.answer.includes(0)) return client.head();
  await client.ended();
  return readHead(client.unread) === undefined ? undefined : client.head();
}

/** A good 101 (RFC 6455 §4.2.2), after which the connection echoes and closes. */
export async function expectAccepted(running: Running, client: RawClient, head: ResponseHead): Promise<void> {
  expect(head.status).toBe(101);
  expect(head.get("upgrade")?.toLowerCase()).toBe("websocket");
  expect(head.get("connection")?.toLowerCase()).toBe("upgrade");
  expect(head.get("sec-websocket-accept")).toBe(sampleAccept);
  expect(head.get("sec-websocket-protocol")).toBeUndefined();
  expect(head.get("sec-websocket-extensions")).toBeUndefined();
  await running.log.next("open");
  client.write(textFrame("after the handshake"));
  expect((await running.log.next("text")).value).toBe("after the handshake");
  client.destroy();
  await running.log.next("closed");
}

/** A refusal: the status, an Error header, one whole response, then the end; nothing reaches the handler. */
export async function expectRefused(
  running: Running,
  client: RawClient,
  head: ResponseHead | undefined,
  row: Pick<Row, "answer" | "error" | "headers" | "bytes">,
): Promise<void> {
  if (head !== undefined) {
    expect(row.answer).toContain(head.status);
    if (head.status === 405) expect(head.get("allow")).toBe("GET");
    expect(head.get("error"), "the Error header").toMatch(/^[!-~]{1,64}$/);
    if (row.error !== undefined) expect(head.get("error")).toBe(row.error);
    for (const [name, value] of row.headers ?? [])
      expect(head.get(name)?.toLowerCase(), name).toBe(value.toLowerCase());
    expect(head.get("connection")?.toLowerCase().includes("close"), "Connection: close").toBe(true);
    await client.ended();
    const body =
      row.bytes.subarray(0, 5).toString() === "HEAD " ? 0 : Number(head.get("content-length") ?? 0);
    expect(client.unread.toString("latin1"), "one response and nothing more").toHaveLength(body);
  } else {
    await client.ended();
  }
  client.destroy();
  await running.empty();
  expect(
    running.log.entries.map((entry) => entry.line),
    "nothing reaches the handler",
  ).toEqual([]);
}
