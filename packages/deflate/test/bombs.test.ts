import { deflateRawSync } from "node:zlib";
import { ProtocolError } from "@exws/frame";
import { expect, test } from "vitest";
import { permessageDeflate } from "../src/index.ts";
import { connect } from "./support/connection.ts";

const mebibyte = 1_048_576;
/** 256 MiB of zeros in a quarter of a MiB. */
const bomb = deflateRawSync(new Uint8Array(256 * mebibyte), { finishFlush: 2 }).subarray(0, -4);
const small = deflateRawSync(new Uint8Array(16 * mebibyte), { finishFlush: 2 }).subarray(0, -4);
const tooLarge = { name: "ProtocolError", code: "message-too-large", closeCode: 1009 };

const peak = () => {
  const { arrayBuffers } = process.memoryUsage();
  return arrayBuffers;
};

test.each([
  ["on the thread pool", bomb],
  ["begun at once and ended on the thread pool", small],
])("a bomb is stopped %s when it passes the limit", async (_, payload) => {
  const connection = connect(permessageDeflate());
  const before = peak();
  let most = 0;
  const timer = setInterval(() => {
    most = Math.max(most, peak() - before);
  }, 1);
  const began = process.cpuUsage();
  await expect(connection.decode(payload)).rejects.toMatchObject(tooLarge);
  const { user, system } = process.cpuUsage(began);
  clearInterval(timer);
  expect(Math.max(most, peak() - before)).toBeLessThan(3 * mebibyte);
  // 256 MiB take ten times as long.
  expect(user + system).toBeLessThan(50_000);
});

test("the ratio stops a bomb before it is as large as a message may be", () => {
  const connection = connect(permessageDeflate({ maxInflatedRatio: 4 }), undefined, 1_000 * mebibyte);
  expect(() => connection.decode(small)).toThrow(expect.objectContaining(tooLarge));
  expect(() => connection.decode(small)).toThrow(ProtocolError);
});

test("1,000 bombs on 50 connections keep the bounds of the thread pool, and memory comes back", async () => {
  const extension = permessageDeflate({ maxJobs: 2 });
  const connections = Array.from({ length: 50 }, () => connect(extension));
  const before = peak();
  let most = 0;
  let lastTurn = performance.now();
  let longestTurn = 0;
  const timer = setInterval(() => {
    most = Math.max(most, peak() - before);
    longestTurn = Math.max(longestTurn, performance.now() - lastTurn);
    lastTurn = performance.now();
  }, 1);
  for (let round = 0; round < 20; round += 1) {
    const outcomes = await Promise.allSettled(connections.map((connection) => connection.decode(small)));
    for (const outcome of outcomes) expect(outcome).toMatchObject({ status: "rejected", reason: tooLarge });
  }
  clearInterval(timer);
  // Two jobs, what they left behind for the garbage collector, and 50 payloads.
  expect(most).toBeLessThan(64 * mebibyte);
  expect(longestTurn).toBeLessThan(1_000);
  expect(await connections[0]!.encode(new Uint8Array(2_000))).toBeInstanceOf(Uint8Array);
});
