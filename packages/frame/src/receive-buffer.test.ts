import { expect, test, vi } from "vitest";
import wabt from "wabt";
import { encodeBinary, encodeText } from "./encode.ts";
import { MessageDecoder } from "./message-decoder.ts";
import { maskReceived, receiveBuffer } from "./receive-buffer.ts";

const key = 0x9a3b_c1d7;

test("there is one buffer of 128 KiB for the whole process", () => {
  expect(receiveBuffer()).toBeInstanceOf(Uint8Array);
  expect(receiveBuffer().length).toBe(131_072);
  expect(receiveBuffer()).toBe(receiveBuffer());
});

test("this runtime has SIMD: the buffer is masked where it stands", () => {
  const bytes = receiveBuffer();
  for (const start of [0, 1, 3, 17]) {
    for (const length of [0, 1, 15, 16, 17, 31, 32, 33, 1_000, 131_072 - start]) {
      bytes.fill(0x55);
      expect(maskReceived(bytes, start, start + length, key)).toBe(true);
      const expected = new Uint8Array(131_072).fill(0x55);
      for (let i = 0; i < length; i++) expected[start + i]! ^= (key >>> (24 - 8 * (i & 3))) & 0xff;
      expect(bytes).toEqual(expected);
    }
  }
});

test("other memory is left alone", () => {
  receiveBuffer();
  const other = new Uint8Array(32).fill(7);
  expect(maskReceived(other, 0, 32, key)).toBe(false);
  expect(maskReceived(receiveBuffer().subarray(0, 32), 0, 32, key)).toBe(false);
  expect(other).toEqual(new Uint8Array(32).fill(7));
});

test("messages that are read through it are the same, however they are cut, and stay when it is read into again", () => {
  const buffer = receiveBuffer();
  const binary = Uint8Array.from({ length: 5_000 }, (_, i) => i * 7);
  const words = "žluťoučký kůň ".repeat(400);
  const stream = Buffer.concat([
    encodeBinary(binary, key),
    encodeText(words, key),
    encodeText("a".repeat(200), key),
    encodeBinary(binary.subarray(0, 40), key),
  ]);
  for (const size of [1, 2, 97, 128, 1_000, 4_099, stream.length]) {
    const decoder = new MessageDecoder({ role: "server" });
    const messages: unknown[] = [];
    for (let at = 0; at < stream.length; at += size) {
      const piece = stream.subarray(at, at + size);
      buffer.fill(0xff);
      buffer.set(piece, 5);
      decoder.push(buffer, 5, 5 + piece.length);
      for (let message = decoder.next(); message !== undefined; message = decoder.next())
        messages.push(message);
    }
    buffer.fill(0xff);
    expect(messages).toEqual([
      { type: "binary", data: binary },
      { type: "text", data: words },
      { type: "text", data: "a".repeat(200) },
      { type: "binary", data: binary.subarray(0, 40) },
    ]);
  }
});

test("without WebAssembly it is memory like any other", async () => {
  vi.resetModules();
  vi.stubGlobal("WebAssembly", undefined);
  const fresh = await import("./receive-buffer.ts");
  const bytes = fresh.receiveBuffer();
  vi.unstubAllGlobals();
  expect(bytes.length).toBe(131_072);
  expect(fresh.maskReceived(bytes, 0, 32, key)).toBe(false);
  expect(bytes.every((octet) => octet === 0)).toBe(true);
});

test("the code is what the text above it assembles to", async () => {
  const { readFile } = await import("node:fs/promises");
  const source = await readFile(new URL("./receive-buffer.ts", import.meta.url), "utf8");
  const text = /^ \* {5}\(module[\s\S]*?^ \*\/$/m.exec(source)![0].replaceAll(/^ \*\/?( {5})?/gm, "");
  const { buffer } = (await wabt()).parseWat("mask.wat", text, { simd: true }).toBinary({});
  const base64 = /"([A-Za-z0-9+/=]+)" \+\s+"([A-Za-z0-9+/=]+)"/.exec(source)!;
  expect(`${base64[1]}${base64[2]}`).toBe(Buffer.from(buffer).toString("base64"));
});
