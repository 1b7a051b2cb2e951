import { describe, expect, test } from "vitest";
import type { Running, TestConnection } from "../support/start.ts";
import { addressesOnly, clients } from "./clients.ts";
import { type DoorOptions, doors } from "./doors.ts";
import type { Peer } from "./peer.ts";

const echo: DoorOptions = {
  protocols: ["b", "a"],
  handler: { message: (connection, data) => void connection.write(data) },
};

/** The lengths at which a frame's header changes its form (RFC 6455 §5.2), and a megabyte. */
const lengths = [0, 1, 125, 126, 65_535, 65_536, 1_048_576];

const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 7) & 255);

/** Text of more than one octet a character, so that a cut in the wrong place would show. */
const words = (length: number): string => "añ€😀".repeat(Math.ceil(length / 5)).slice(0, length);

async function expectEcho(peer: Peer, data: string | Uint8Array): Promise<void> {
  peer.send(data);
  const back = await peer.next();
  expect(typeof back).toBe(typeof data);
  // As values they would be printed when they differ.
  expect(Buffer.from(back as string).equals(Buffer.from(data as string))).toBe(true);
}

describe.each(clients)("%s", (_, connect) => {
  const reachable = doors.filter(({ name }) => name !== "a Unix socket" || !addressesOnly.includes(connect));

  describe.each(reachable)("over $name", ({ open }) => {
    test("text and bytes of every length form come back as they were", async () => {
      const { place } = await open(echo);
      const peer = await connect(place, []);
      for (const length of lengths) {
        await expectEcho(peer, bytes(length));
        if (length < 1_000_000) await expectEcho(peer, words(length));
      }
      await expectEcho(peer, "x".repeat(1_000_000));
    });

    test("a thousand messages sent at once come back in order", async () => {
      const { place } = await open(echo);
      const peer = await connect(place, []);
      const sent = Array.from({ length: 1_000 }, (_, i) => `message ${i}`);
      for (const data of sent) peer.send(data);
      const back: (string | Uint8Array)[] = [];
      while (back.length < sent.length) back.push(await peer.next());
      expect(back).toEqual(sent);
    });

    test("messages sent from open arrive first, right behind the handshake", async () => {
      const greet = (connection: TestConnection): void => {
        connection.write("one");
        connection.write(Uint8Array.of(2));
      };
      const { place } = await open({ handler: { ...echo.handler, open: greet } });
      const peer = await connect(place, []);
      expect(await peer.next()).toBe("one");
      expect(Buffer.from((await peer.next()) as Uint8Array)).toEqual(Buffer.of(2));
      await expectEcho(peer, "three");
    });

    test("the server's preferred subprotocol is agreed on", async () => {
      const { place } = await open(echo);
      expect((await connect(place, ["a", "b"])).protocol).toBe("b");
    });

    test("the client's closing code and reason reach the handler and come back", async () => {
      const { running, place } = await open(echo);
      const peer = await connect(place, []);
      peer.close(4001, "bye");
      expect((await peer.ended()).code).toBe(4001);
      const { value } = await (running as Running).log.next("closed");
      expect(value).toEqual({ code: 4001, reason: "bye", wasClean: true, by: "peer" });
    });

    test("the server's closing code and reason reach the client, behind all messages", async () => {
      const { running, place } = await open({
        handler: {
          message(connection) {
            for (let i = 0; i < 100; i++) connection.write("x".repeat(1_000));
            connection.close(3000, "enough");
          },
        },
      });
      const peer = await connect(place, []);
      peer.send("go");
      for (let i = 0; i < 100; i++) expect(await peer.next()).toHaveLength(1_000);
      expect(await peer.ended()).toEqual({ code: 3000, reason: "enough" });
      const { value } = await (running as Running).log.next("closed");
      expect(value).toMatchObject({ code: 3000, wasClean: true, by: "server" });
    });
  });
});
