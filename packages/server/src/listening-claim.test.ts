import { subscribe, unsubscribe } from "node:diagnostics_channel";
import * as net from "node:net";
import { afterEach, expect, test } from "vitest";
import { serve } from "./serve.ts";

type Message = { listener: net.Server; options: net.ListenOptions; claim: () => void };

const handler = { message(): void {} };
let subscriber: ((message: unknown) => void) | undefined;

function onListen(told: (message: Message) => void): void {
  subscriber = (message) => told(message as Message);
  subscribe("exws:listen", subscriber);
}

afterEach(() => {
  if (subscriber !== undefined) unsubscribe("exws:listen", subscriber);
});

test("who subscribes to exws:listen is told where servers listen, and listens in their place once it claims to", async () => {
  const told: net.ListenOptions[] = [];
  onListen(({ listener, options, claim }) => {
    told.push(options);
    if (options.port !== 1) return;
    claim();
    setImmediate(() => listener.listen({ port: 0, host: "127.0.0.1" }));
  });
  await using left = await serve({ handler, host: "127.0.0.1" });
  await using taken = await serve({ handler, port: 1, backlog: 5 });
  expect(told).toEqual([
    { port: 0, host: "127.0.0.1" },
    { port: 1, backlog: 5 },
  ]);
  expect((left.address() as net.AddressInfo).port).toBeGreaterThan(1);
  expect((taken.address() as net.AddressInfo).port).toBeGreaterThan(1);
});

test("who has claimed it lets it fail by an error event", async () => {
  onListen(({ listener, claim }) => {
    claim();
    setImmediate(() => listener.emit("error", new Error("no such port")));
  });
  await expect(serve({ handler })).rejects.toThrow("no such port");
});

test("without subscribers it listens by itself", async () => {
  await using server = await serve({ handler, host: "127.0.0.1" });
  expect(server.listener).toBeInstanceOf(net.Server);
  expect(server.url).toMatch(/^ws:/);
});
