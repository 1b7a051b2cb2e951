import { describe, expect, test } from "vitest";
import { closeFrame, hex, textFrame } from "../support/frame-bytes.ts";
import { opened } from "../support/opened.ts";
import { turn } from "../support/raw-client.ts";

describe("what was written before the end", () => {
  test("the last bytes are not lost: 1 MB written right before close() arrives whole, then the Close", async () => {
    const { running, client, connection } = await opened({ limits: { hardBuffer: 4_000_000 } });
    client.pause();
    const payload = Buffer.alloc(1_000_000, 0x61);
    connection.write(payload);
    connection.close(4000);
    await turn();
    client.resume();
    const frame = await client.frame();
    expect(frame.payload.equals(payload)).toBe(true);
    expect(await client.frames(1)).toEqual(["close 4000"]);
    client.write(closeFrame(4000));
    await client.ended();
    client.fin();
    await running.log.next("closed");
  });

  test("the last bytes are not lost when the peer keeps sending meanwhile", async () => {
    const { running, client, connection } = await opened({ limits: { hardBuffer: 4_000_000 } });
    const payload = Buffer.alloc(1_000_000, 0x62);
    connection.write(payload);
    connection.close(4000);
    for (let i = 0; i < 20; i++) client.write(textFrame("x".repeat(10_000)));
    client.write(closeFrame(4000));
    expect((await client.frame()).payload.equals(payload)).toBe(true);
    expect(await client.framesToEnd()).toEqual(["close 4000"]);
    client.fin();
    await running.log.next("closed");
  });

  test("1 MB written right before a violation by the peer arrives whole, then 1002", async () => {
    const { running, client, connection } = await opened({ limits: { hardBuffer: 4_000_000 } });
    const payload = Buffer.alloc(1_000_000, 0x63);
    connection.write(payload);
    client.write(Buffer.concat([hex("ff 80 00000000"), Buffer.alloc(200_000)]));
    expect((await client.frame()).payload.equals(payload)).toBe(true);
    expect(await client.framesToEnd()).toEqual(["close 1002"]);
    expect(client.ending).toBe("fin");
    client.fin();
    await running.log.next("closed");
  });
});
