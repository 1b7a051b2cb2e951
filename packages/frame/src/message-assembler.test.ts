import { describe, expect, test } from "vitest";
import { utf8 } from "../test/support/bytes.ts";
import { MessageAssembler } from "./message-assembler.ts";
import { portableUtf8 } from "./utf8.ts";

const limits = { maxMessage: 10, maxFragments: 3 };

function add(assembler: MessageAssembler, payload: Uint8Array): void {
  assembler.begin(payload.length);
  assembler.append(payload, 0, payload.length, 0, 0);
}

test("fragments become one payload, empty ones among them", () => {
  const assembler = new MessageAssembler(limits, undefined);
  for (const part of ["Hel", "", "lo"]) add(assembler, utf8(part));
  expect(assembler.finish()).toEqual(utf8("Hello"));
});

test("a fragment may come in pieces, each unmasked by its phase", () => {
  const assembler = new MessageAssembler(limits, portableUtf8);
  const masked = utf8("Hello").map((octet, i) => octet ^ [0x37, 0xfa, 0x21, 0x3d][i & 3]!);
  assembler.begin(5, true);
  assembler.append(masked, 0, 3, 0x37fa213d, 0);
  assembler.append(masked, 3, 5, 0x37fa213d, 3);
  expect(assembler.capacity).toBe(5);
  expect(assembler.finish()).toEqual(utf8("Hello"));
});

describe("limits", () => {
  test("the largest message is taken, one octet more is refused before any of it is kept", () => {
    const assembler = new MessageAssembler(limits, undefined);
    add(assembler, new Uint8Array(10));
    expect(assembler.capacity).toBe(10);
    expect(() => assembler.begin(1)).toThrow(expect.objectContaining({ code: "message-too-large" }));
    expect(assembler.capacity).toBe(10);
  });

  test("no announced length overflows the sum", () => {
    for (const length of [2 ** 32, 2 ** 53, 2 ** 63]) {
      const assembler = new MessageAssembler(limits, undefined);
      add(assembler, new Uint8Array(1));
      expect(() => assembler.begin(length)).toThrow(expect.objectContaining({ code: "message-too-large" }));
    }
  });

  test("the fourth fragment of three is refused, empty or not", () => {
    const assembler = new MessageAssembler(limits, undefined);
    for (let i = 0; i < 3; i++) add(assembler, new Uint8Array(0));
    expect(() => assembler.begin(0)).toThrow(expect.objectContaining({ code: "too-many-fragments" }));
  });
});

describe("text", () => {
  test("may cut a character between fragments", () => {
    const assembler = new MessageAssembler(limits, portableUtf8);
    for (const octet of utf8("€")) add(assembler, Uint8Array.of(octet));
    expect(assembler.finish()).toEqual(utf8("€"));
  });

  test("is refused at the piece with the first impossible octet", () => {
    const assembler = new MessageAssembler(limits, portableUtf8);
    assembler.begin(4);
    assembler.append(Uint8Array.of(0xf4), 0, 1, 0, 0);
    expect(() => assembler.append(Uint8Array.of(0x90), 0, 1, 0, 1)).toThrow(
      expect.objectContaining({ code: "invalid-utf8" }),
    );
  });

  test("is refused at its end when a character is unfinished", () => {
    const assembler = new MessageAssembler(limits, portableUtf8);
    add(assembler, Uint8Array.of(0xe2, 0x82));
    expect(() => assembler.finish()).toThrow(expect.objectContaining({ code: "invalid-utf8" }));
  });

  test("without a codec is not judged", () => {
    const assembler = new MessageAssembler(limits, undefined);
    add(assembler, Uint8Array.of(0xff));
    expect(assembler.finish()).toEqual(Uint8Array.of(0xff));
  });
});
