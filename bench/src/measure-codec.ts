import { applyMask, encodeFrame, encodeText, MessageDecoder, Opcode, Utf8Validator } from "@exws/frame";
import Table from "cli-table3";
import { Bench } from "tinybench";
import { jsonMessage } from "../servers/json-message.ts";

/** What one call of a function handles. */
type Work = {
  readonly name: string;
  readonly frames?: number;
  readonly bytes?: number;
  readonly call: () => void;
};

const key = 0x37fa213d;
const sizes = [
  ["20 B", 20, 512],
  ["1 KiB", 1024, 64],
  ["16 KiB", 16_384, 4],
] as const;

/** Measures `@exws/frame` alone, with nothing but memory around it, and prints frames and bytes per second. */
export async function measureCodec(msEach = 500): Promise<void> {
  const bench = new Bench({ time: msEach, warmupTime: msEach / 4 });
  const all = work();
  for (const { name, call } of all) bench.add(name, call);
  await bench.run();
  const table = new Table({
    head: ["", "frames/s", "GB/s", "±"],
    colAligns: ["left", "right", "right", "right"],
    style: { head: [], border: [], compact: true },
  });
  for (const [index, { result }] of bench.tasks.entries()) {
    const { name, frames, bytes } = all[index]!;
    if (result.state !== "completed") throw new Error(`${name}: ${result.state}`);
    const perSecond = result.throughput.mean;
    const rate = frames === undefined ? "" : Math.round(perSecond * frames).toLocaleString("en");
    const volume = bytes === undefined ? "" : ((perSecond * bytes) / 1e9).toFixed(2);
    table.push([name, rate, volume, `${result.latency.rme.toFixed(1)} %`]);
  }
  console.log(table.toString());
}

function work(): Work[] {
  return [...sizes.flatMap(([label, size, frames]) => frameWork(label, size, frames)), ...byteWork()];
}

function frameWork(label: string, size: number, frames: number): Work[] {
  const text = jsonMessage(size);
  const payload = new TextEncoder().encode(text);
  const bytes = frames * size;
  const decode = (opcode: Opcode): (() => void) => {
    const one = encodeFrame({ opcode, payload }, key);
    const wire = new Uint8Array(one.length * frames);
    for (let i = 0; i < frames; i++) wire.set(one, i * one.length);
    const chunk = new Uint8Array(wire.length);
    const decoder = new MessageDecoder({ role: "server" });
    return () => {
      // A fresh chunk, as from a socket: a decoder may unmask it in place. The copy is a small part of the time.
      chunk.set(wire);
      decoder.push(chunk);
      let seen = 0;
      while (decoder.next() !== undefined) seen++;
      if (seen !== frames) throw new Error(`${seen} messages of ${frames}`);
    };
  };
  const repeat = (encode: () => Uint8Array) => () => {
    for (let i = 0; i < frames; i++) encode();
  };
  return [
    { name: `decode text, ${label}`, frames, bytes, call: decode(Opcode.Text) },
    { name: `decode binary, ${label}`, frames, bytes, call: decode(Opcode.Binary) },
    { name: `encode text, ${label}`, frames, bytes, call: repeat(() => encodeText(text)) },
    {
      name: `encode binary, ${label}`,
      frames,
      bytes,
      call: repeat(() => encodeFrame({ opcode: Opcode.Binary, payload })),
    },
  ];
}

function byteWork(): Work[] {
  const bytes = 65_536;
  const data = new Uint8Array(bytes).fill(0x61);
  const validate = (text: string) => {
    const encoded = new TextEncoder().encode(text);
    return {
      bytes: encoded.length,
      call: () => {
        const validator = new Utf8Validator();
        if (!validator.push(encoded) || !validator.end()) throw new Error("valid text was refused");
      },
    };
  };
  return [
    { name: "unmask 64 KiB", bytes, call: () => applyMask(data, key) },
    { name: "unmask 64 KiB, not aligned", bytes: bytes - 1, call: () => applyMask(data, key, 1) },
    { name: "UTF-8 of ASCII, portable", ...validate("the quick brown fox ".repeat(3000)) },
    { name: "UTF-8 of Greek, portable", ...validate("Ξεσκεπάζω την ψυχοφθόρα ".repeat(1500)) },
    { name: "UTF-8 of Japanese, portable", ...validate("色は匂へど散りぬるを我が世誰ぞ".repeat(1000)) },
  ];
}
