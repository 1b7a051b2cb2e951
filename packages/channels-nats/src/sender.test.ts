import { expect, test } from "vitest";
import { Sender, Senders } from "./sender.ts";

test("what comes from an earlier connection of a sender is late when a later one was heard", () => {
  const [one, other, senders] = [new Sender(), new Sender(), new Senders()];
  one.renew();
  other.renew();
  const [early, strange] = [one.mark, other.mark];
  expect([early, early, strange].map((mark) => senders.isLate(mark))).toEqual([false, false, false]);
  one.renew();
  expect(senders.isLate(early)).toBe(false);
  expect([one.mark, early, one.mark, strange].map((mark) => senders.isLate(mark))).toEqual([
    false,
    true,
    false,
    false,
  ]);
});

test("messages without a mark, and with those of others, are never late", () => {
  const senders = new Senders();
  const marks = [undefined, "", ".", "a", "a.", "a.b", "a.-1", "a.NaN", "_INBOX.x.1", "a.1.5"];
  expect(marks.filter((mark) => senders.isLate(mark))).toEqual([]);
});

test("of very many senders the oldest are forgotten", () => {
  const senders = new Senders();
  senders.isLate("first.2");
  for (let index = 0; index < 10_000; index++) senders.isLate(`sender-${index}.1`);
  expect(senders.isLate("first.1")).toBe(false);
  expect(senders.isLate("sender-9999.1")).toBe(false);
});
