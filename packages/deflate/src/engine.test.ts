import { createDeflateRaw, createInflateRaw, deflateRawSync, type InflateRaw } from "node:zlib";
import { expect, test } from "vitest";
import { Engine } from "./engine.ts";

const message = new TextEncoder().encode("one message after the other, ".repeat(20));
const compressed = deflateRawSync(message);

test("this line of Node is one whose zlib objects can be used again", () => {
  expect(Engine.of(createInflateRaw())).toBeInstanceOf(Engine);
  expect(Engine.of(createDeflateRaw())).toBeInstanceOf(Engine);
});

test.each([
  { node: "21.9.0" },
  { node: "27.0.0" },
  { node: "24.3.0", bun: "1.4.5" },
  { node: "24.3.0", deno: "2.9.6" },
  { node: "" },
])("with %j the documented functions have to do", (versions) => {
  expect(Engine.of(createInflateRaw(), versions)).toBeUndefined();
});

test.each([
  {},
  { _handle: null, _writeState: new Uint32Array(2) },
  { _handle: { reset() {} }, _writeState: new Uint32Array(2) },
  { _handle: { writeSync() {} }, _writeState: new Uint32Array(2) },
  { _handle: { reset() {}, writeSync() {} }, _writeState: [0, 0] },
])("an object made in another way (%j) is left alone", (stream) => {
  expect(Engine.of(stream as unknown as InflateRaw)).toBeUndefined();
});

test("each run begins with an empty window", () => {
  const engine = Engine.of(createDeflateRaw({ level: 3 }))!;
  const output = new Uint8Array(1_000);
  const first = engine.run(message, message.length, output);
  expect(engine.run(message, message.length, output)).toEqual(first);
  expect(first!.unread).toBe(0);
  expect(first!.written).toBeLessThan(100);
});

test("a fault in one message leaves no trace in the next", () => {
  const engine = Engine.of(createInflateRaw())!;
  const output = new Uint8Array(1_000);
  for (let i = 0; i < 3; i += 1) {
    expect(engine.run(Uint8Array.of(0xff, 0xff, 0xff), 3, output)).toBeUndefined();
    expect(engine.run(compressed, compressed.length, output)).toEqual({ written: message.length, unread: 0 });
    expect(output.subarray(0, message.length)).toEqual(message);
  }
});

test("no more comes out than there is room for", () => {
  const engine = Engine.of(createInflateRaw())!;
  const output = new Uint8Array(1_000);
  expect(engine.run(compressed, compressed.length, output.subarray(0, 10))?.written).toBe(10);
  expect(output.subarray(10)).toEqual(new Uint8Array(990));
});
