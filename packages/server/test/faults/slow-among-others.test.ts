import { expect, test } from "vitest";
import { textFrame } from "../support/frame-bytes.ts";
import { start } from "../support/start.ts";

test("one peer that never reads is closed with 1013 at its bound while 100 others keep echoing", async () => {
  const running = await start({
    limits: { lingerTimeout: 300, closeTimeout: 300 },
    handler: { message: (connection, data) => void connection.write(data) },
  });
  const others = await Promise.all(Array.from({ length: 100 }, () => running.open()));
  const slow = await running.open();
  slow.pause();
  let gone = false;
  const end = running.log.next("closed").then((entry) => {
    gone = true;
    return entry;
  });
  const flood = textFrame("x".repeat(60_000));
  let rounds = 0;
  while (!gone) {
    for (let i = 0; i < 5; i++) slow.write(flood);
    for (const [i, other] of others.entries()) other.write(textFrame(`${rounds} ${i}`));
    for (const [i, other] of others.entries())
      expect(await other.frames(1)).toEqual([`text "${rounds} ${i}"`]);
    rounds++;
  }
  expect((await end).value).toMatchObject({ code: 1013, by: "overflow" });
  for (const other of others) other.write(textFrame("after"));
  for (const other of others) expect(await other.frames(1)).toEqual(['text "after"']);
  expect(running.log.count("closed")).toBe(1);
  expect(rounds).toBeGreaterThan(1);
});
