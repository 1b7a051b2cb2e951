import * as net from "node:net";
import { afterEach, expect, test } from "vitest";
import type { ListeningHandle } from "./listening-handle.ts";
import type { PortKey } from "./messages.ts";
import { PortShare } from "./port-share.ts";

const key: PortKey = { host: "127.0.0.1", family: 4, port: 0, nth: 0 };
const shares: PortShare[] = [];
const servers: net.Server[] = [];

function share(): PortShare {
  const one = new PortShare();
  shares.push(one);
  return one;
}

function handleOf(lent: ReturnType<PortShare["lend"]>): ListeningHandle {
  if ("refusal" in lent) throw new Error(`refused: ${JSON.stringify(lent.refusal)}`);
  return lent.handle;
}

function portOf(handle: ListeningHandle): number {
  const address: { port?: number } = {};
  handle.getsockname(address);
  return address.port!;
}

afterEach(async () => {
  for (const one of shares.splice(0)) one.close();
  for (const one of servers.splice(0)) await new Promise((done) => one.close(done));
});

test("every slot has a socket of its own on the same port, and the same one when it asks again", () => {
  const ports = share();
  const [first, second] = [handleOf(ports.lend(0, key)), handleOf(ports.lend(1, key))];
  expect(first).not.toBe(second);
  expect(portOf(second)).toBe(portOf(first));
  expect(handleOf(ports.lend(0, { ...key }))).toBe(first);
});

test("what is asked for twice in the same words is two ports, if it is 0", () => {
  const ports = share();
  expect(portOf(handleOf(ports.lend(0, key)))).not.toBe(portOf(handleOf(ports.lend(0, { ...key, nth: 1 }))));
});

test("a socket that is released is made anew on the port that the other slots still have", () => {
  const ports = share();
  const [first, second] = [handleOf(ports.lend(0, key)), handleOf(ports.lend(1, key))];
  const port = portOf(second);
  ports.release(0, [{ ...key, nth: 5 }]);
  const anew = handleOf(ports.lend(0, key));
  expect(anew).not.toBe(first);
  expect(portOf(anew)).toBe(port);
  ports.release(0, [key]);
  expect(handleOf(ports.lend(0, key))).toBe(anew);
});

test("a port on which somebody else listens is refused with the system's error", async () => {
  const server = net.createServer();
  servers.push(server);
  await new Promise<void>((resolve) =>
    server.listen({ port: 0, host: "127.0.0.1", reusePort: true }, resolve),
  );
  const { port } = server.address() as net.AddressInfo;
  const lent = share().lend(0, { ...key, port });
  expect("refusal" in lent && lent.refusal).toMatchObject({ errno: expect.any(Number) });
});

test("an address that this machine has not is refused with the system's error", () => {
  const lent = share().lend(0, { ...key, host: "192.0.2.1" });
  expect("refusal" in lent && lent.refusal).toMatchObject({ errno: expect.any(Number) });
});

test("no host is all addresses", () => {
  expect(portOf(handleOf(share().lend(0, { host: null, family: -1, port: 0, nth: 0 })))).toBeGreaterThan(0);
});
