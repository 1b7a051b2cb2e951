/** The bytes of several connections come in turns: none sees anything of another's. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { frame, hex, pingFrame } from "../support/frame-bytes.ts";
import { request } from "../support/http-bytes.ts";
import { type RawClient, turn } from "../support/raw-client.ts";
import { start } from "../support/start.ts";

/** A message in fragments, perhaps with Pings between them, under a masking key. */
const message = fc.record({
  parts: fc.array(fc.string({ unit: "binary", maxLength: 12 }), { minLength: 1, maxLength: 4 }),
  pings: fc.boolean(),
  key: fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)),
});

type Message = { parts: string[]; pings: boolean; key: [number, number, number, number] };

/** How a connection ends when its messages are through. */
const endings = ["stay", "violation", "reset", "fin", "half a frame, then reset"] as const;

const stream = fc.record({
  messages: fc.array(message, { maxLength: 4 }),
  cuts: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 20 }),
  ending: fc.constantFrom(...endings),
});

function bytesOf({ parts, pings, key }: Message): Buffer {
  const frames = parts.flatMap((payload, i) => {
    const part = frame({ opcode: i === 0 ? 1 : 0, fin: i === parts.length - 1, payload, key });
    return pings ? [part, pingFrame("p")] : [part];
  });
  return Buffer.concat(frames);
}

const linesOf = ({ parts, pings }: Message): string[] => [
  ...parts.slice(1).flatMap(() => (pings ? ["ping"] : [])),
  `text ${parts.join("")}`,
  ...(pings ? ["ping"] : []),
];

function finish(client: RawClient, ending: (typeof endings)[number]): void {
  if (ending === "violation") client.write(hex("83 80 00000000"));
  if (ending === "half a frame, then reset") client.write(hex("81 ff 00000000"));
  if (ending.endsWith("reset")) client.reset();
  if (ending === "fin") client.fin();
}

test("messages of several connections, cut anywhere and sent in turns, reach each its own handler whole", async () => {
  const heard = new Map<string, string[]>();
  const running = await start({
    limits: { controlFrames: { perSecond: 1000, burst: 1000 } },
    handler: {
      init: () => ({ path: "" }),
      handshake({ path }, connection) {
        connection.state = path;
        heard.set(path, []);
      },
      message: ({ state }, data) => void heard.get(String(state))!.push(`text ${String(data)}`),
      ping: ({ state }) => void heard.get(String(state))!.push("ping"),
    },
  });
  await fc.assert(
    fc.asyncProperty(fc.array(stream, { minLength: 2, maxLength: 5 }), async (streams) => {
      const clients = await Promise.all(
        streams.map((_, i) => running.open(request({ line: `GET /${i} HTTP/1.1` }))),
      );
      const queues = streams.map(({ messages, cuts }) => {
        const bytes = Buffer.concat(messages.map(bytesOf));
        const parts: Buffer[] = [];
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const end = at + cuts[i % cuts.length]!;
          parts.push(bytes.subarray(at, end));
          at = end;
        }
        return parts;
      });
      while (queues.some((queue) => queue.length > 0)) {
        for (const [i, queue] of queues.entries()) {
          const part = queue.shift();
          if (part !== undefined) clients[i]!.write(part);
        }
        await turn();
      }
      await turn();
      for (const [i, { messages }] of streams.entries())
        expect(heard.get(`/${i}`)).toEqual(messages.flatMap(linesOf));
      for (const [i, { ending }] of streams.entries()) finish(clients[i]!, ending);
      for (const [i, { ending }] of streams.entries())
        if (ending === "violation") expect((await clients[i]!.framesToEnd()).at(-1)).toBe("close 1002");
      for (const client of clients) client.destroy();
      await running.empty();
    }),
    { numRuns: 150 },
  );
});
