import { describe, expect, test } from "vitest";
import { accept } from "../../src/index.ts";
import { expectAnswer, type Row } from "../support/answers.ts";
import { request } from "../support/http-bytes.ts";
import { start } from "../support/start.ts";

const offer = (...lines: string[]): Buffer =>
  request({ add: lines.map((value) => `Sec-WebSocket-Protocol:${value}`) });
const bad = { answer: [400] } as const;

const rows: Row[] = [
  { id: "H064", what: "a name that is no token is refused", bytes: offer(" ch@t, superchat"), ...bad },
  { id: "H065", what: "a name offered twice is refused", bytes: offer(" chat, superchat, chat"), ...bad },
  { id: "", what: "a name offered twice on two lines is refused", bytes: offer(" chat", " chat"), ...bad },
  { id: "H066", what: "an empty offer is refused", bytes: offer(""), ...bad },
  { id: "H067", what: "an empty member is refused", bytes: offer(" chat,,superchat"), ...bad },
  { id: "", what: "a trailing comma is refused", bytes: offer(" chat,"), ...bad },
  {
    id: "H068",
    what: "12 kB of spaces are refused",
    bytes: offer(` chat${" ".repeat(12_000)}superchat`),
    ...bad,
    bytewise: false,
  },
  { id: "", what: "octets 0x80-0xff are refused", bytes: offer(" ch\xe4t"), ...bad },
  {
    id: "",
    what: "more than 32 names are refused",
    bytes: offer(` ${Array.from({ length: 40 }, (_, i) => `p${i}`).join(",")}`),
    ...bad,
  },
];

describe("subprotocols (RFC 6455 §4.2.2, §11.3.4)", () => {
  test.each(rows)("$id $what", async (row) => {
    const running = await start({ protocols: ["chat", "superchat"] });
    await expectAnswer(running, row, false);
    running.log.clear();
    if (row.bytewise !== false) await expectAnswer(running, row, true);
  });

  test.each(["__proto__", "constructor", "toString", "hasOwnProperty"])(
    "H069 the name %s is accepted, chosen never, and changes no prototype",
    async (name) => {
      const before = Object.getOwnPropertyNames(Object.prototype);
      const running = await start({ protocols: ["chat"] });
      await expectAnswer(running, { id: "H069", what: name, bytes: offer(` ${name}`), answer: [101] }, false);
      expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
    },
  );

  test.each([
    ["the server's preference decides", ["a", "b"], [" b, a"], "a"],
    ["offers on two lines are one list", ["a", "b"], [" c", " b"], "b"],
    ["names are case-sensitive", ["a"], [" A"], undefined],
    ["nothing in common leaves the header out", ["a"], [" b"], undefined],
    ["nothing offered leaves the header out", ["a"], [], undefined],
    ["nothing is chosen unless configured", undefined, [" a, b"], undefined],
  ])("%s", async (_, protocols, lines, chosen) => {
    const running = await start(protocols === undefined ? {} : { protocols });
    const client = await running.connect();
    client.write(offer(...lines));
    const head = await client.head();
    expect(head.status).toBe(101);
    expect(head.get("sec-websocket-protocol")).toBe(chosen);
    const { connection } = await running.log.next("open");
    expect((connection as { protocol: string }).protocol).toBe(chosen ?? "");
  });

  test("a handler may choose any offered subprotocol itself", async () => {
    const running = await start({ handler: { handshake: () => accept({ protocol: "b" }) } });
    const client = await running.connect();
    client.write(offer(" a, b"));
    expect((await client.head()).get("sec-websocket-protocol")).toBe("b");
  });

  test("a subprotocol that the client did not offer is the application's error: 500", async () => {
    const running = await start({ handler: { handshake: () => accept({ protocol: "c" }) } });
    const client = await running.connect();
    client.write(offer(" a, b"));
    expect((await client.head()).status).toBe(500);
    await client.ended();
    expect(running.takeErrors()).toEqual([expect.any(Error)]);
    expect(running.log.lines()).toEqual([]);
  });
});
