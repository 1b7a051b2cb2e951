import { expect, test } from "vitest";
import { natsOptions } from "./open-bus.ts";

test.each([
  ["nats://127.0.0.1:4333", { servers: "127.0.0.1:4333" }],
  ["nats://engine.example", { servers: "engine.example:4222" }],
  [
    "nats://chat:s%40cret@engine.example:4222",
    { servers: "engine.example:4222", user: "chat", pass: "s@cret" },
  ],
  ["nats://token@engine.example", { servers: "engine.example:4222", token: "token" }],
  ["tls://engine.example", { servers: "engine.example:4222", tls: {} }],
])("the address %s keeps its name and password", (address, options) => {
  expect(natsOptions(address)).toEqual(options);
});
