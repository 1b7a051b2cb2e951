import { expect, test } from "vitest";
import { FrameReader, type FrameSink, type ReaderRules } from "./frame-reader.ts";

/** Takes down what a reader tells, in words. */
class Protocol implements FrameSink {
  readonly lines: string[] = [];
  dropped = false;
  #data = "";

  violation(reason: string): void {
    this.lines.push(`violation: ${reason}`);
  }
  messageBegin({ opcode, rsv }: { opcode: number; rsv: number }): void {
    this.lines.push(`begin ${opcode} ${rsv}`);
    this.#data = "";
  }
  messageData(octets: Uint8Array): void {
    this.#data += Buffer.from(octets).toString("latin1");
  }
  control({ opcode }: { opcode: number }, payload: Uint8Array): void {
    this.lines.push(`control ${opcode} ${Buffer.from(payload).toString("latin1")}`);
  }
  dataFrameEnd(): void {}
  messageEnd(): void {
    this.lines.push(`end ${this.#data}`);
  }
}

function read(digits: string, size: number, rules: Partial<ReaderRules> = {}): string[] {
  const octets = Buffer.from(digits.replaceAll(" ", ""), "hex");
  const protocol = new Protocol();
  const reader = new FrameReader(protocol, { masked: false, deflate: false, ...rules });
  for (let at = 0; at < octets.length; at += size) reader.push(Buffer.from(octets.subarray(at, at + size)));
  return protocol.lines;
}

test.each([
  ["a text", "8102 6869", ["begin 1 0", "end hi"]],
  ["an empty text", "8100", ["begin 1 0", "end "]],
  [
    "fragments with a Ping between them",
    "0102 6869 8901 70 8001 21",
    ["begin 1 0", "control 9 p", "end hi!"],
  ],
  ["two messages", "8101 61 8201 62", ["begin 1 0", "end a", "begin 2 0", "end b"]],
  ["a long length", `827e 0080 ${"61".repeat(128)}`, ["begin 2 0", `end ${"a".repeat(128)}`]],
])("it reads %s, whole and octet by octet", (_name, digits, lines) => {
  for (const size of [1, 2, 3, 1000]) expect(read(digits, size)).toEqual(lines);
});

test.each([
  ["RSV", "a100", /RSV is 2/],
  ["a masked frame", "8180 00000000", /a server's frame is masked/],
  ["a fragmented Ping", "0900", /fragmented/],
  ["a Ping of 126 octets", `897e007e${"00".repeat(126)}`, /more than 125/],
  ["a reserved control opcode", "8b00", /control opcode 11/],
  ["a reserved data opcode", "8300", /data opcode 3/],
  ["a Close of one octet", "880100", /one octet/],
  ["a stray continuation", "8000", /no message/],
  ["a message inside a message", "0100 8100", /inside another/],
  ["a length that is too long", "817e0001 61", /shortest form/],
])("it tells of %s and reads on", (_name, digits, reason) => {
  const lines = read(`${digits} 8901 70`, 1000);
  expect(lines.filter((line) => line.startsWith("violation"))).toEqual([expect.stringMatching(reason)]);
  expect(lines).toContain("control 9 p");
});

test("RSV1 is legal on the first frame of a message once permessage-deflate is agreed on", () => {
  expect(read("c10161 8100", 1000, { deflate: true })).toEqual(["begin 1 4", "end a", "begin 1 0", "end "]);
  expect(read("c90161", 1000, { deflate: true })[0]).toMatch(/control frame is compressed/);
  expect(read("4100 c000", 1000, { deflate: true })[1]).toMatch(/continuation has RSV1/);
});

test("a client's frames are unmasked, and missed when they are not masked", () => {
  expect(read("8182 01020304 696b", 1, { masked: true })).toEqual(["begin 1 0", "end hi"]);
  expect(read("8100", 1000, { masked: true })[0]).toMatch(/not masked/);
});
