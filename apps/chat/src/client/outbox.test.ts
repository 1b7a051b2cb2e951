import { expect, test } from "vitest";
import { Outbox } from "./outbox.ts";

function outboxOf(...ids: string[]): Outbox {
  const outbox = new Outbox();
  for (const id of ids) outbox.add(id, `text of ${id}`, 1);
  return outbox;
}

const states = (outbox: Outbox): string[] => outbox.entries.map(({ id, state }) => `${id} ${state}`);

test("messages go one after the other, each when the one before it is acknowledged", () => {
  const outbox = outboxOf("a", "b");
  expect(outbox.take()?.id).toBe("a");
  expect(outbox.take()).toBeUndefined();
  expect(states(outbox)).toEqual(["a sent", "b waiting"]);
  expect(outbox.acknowledge("a")).toBe(true);
  expect(outbox.take()?.id).toBe("b");
  expect(outbox.acknowledge("a")).toBe(false);
});

test("what was on its way when the connection was lost is sent again, first and with its id", () => {
  const outbox = outboxOf("a", "b");
  outbox.take();
  outbox.reset();
  expect(states(outbox)).toEqual(["a waiting", "b waiting"]);
  expect(outbox.take()).toEqual({ id: "a", text: "text of a", at: 1, state: "sent" });
});

test("a refused message lets the next one go, and goes again only when somebody wants it", () => {
  const outbox = outboxOf("a", "b");
  outbox.take();
  outbox.refuse("a", "too rude");
  expect(outbox.entries[0]).toMatchObject({ state: "refused", reason: "too rude" });
  expect(outbox.take()?.id).toBe("b");
  outbox.acknowledge("b");
  outbox.reset();
  expect(outbox.take()).toBeUndefined();
  outbox.retry("a");
  expect(outbox.take()).toEqual({ id: "a", text: "text of a", at: 1, state: "sent" });
});

test("what waits or was refused can be given up, what is on its way cannot", () => {
  const outbox = outboxOf("a", "b", "c");
  outbox.take();
  outbox.refuse("c", "no");
  for (const id of ["a", "b", "c", "d"]) outbox.discard(id);
  expect(states(outbox)).toEqual(["a sent"]);
});

test("what an earlier page had sent has to be sent again", () => {
  const earlier = outboxOf("a", "b");
  earlier.take();
  expect(states(new Outbox(earlier.entries))).toEqual(["a waiting", "b waiting"]);
});
