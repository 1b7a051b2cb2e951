import { once } from "node:events";
import * as net from "node:net";
import { afterEach } from "vitest";
import type { Receiver } from "../../src/receiver.ts";
import type { StreamHandle } from "../../src/stream-binding.ts";

const open: { destroy(): unknown }[] = [];
const listeners: net.Server[] = [];

afterEach(async () => {
  for (const one of open.splice(0)) one.destroy();
  for (const listener of listeners.splice(0)) await new Promise((done) => listener.close(done));
});

/** Has something destroyed after the test. */
export function destroyed<Kind extends { destroy(): unknown }>(one: Kind): Kind {
  open.push(one);
  return one;
}

/** A socket that was accepted and has read nothing, its peer, and the listener. */
export async function accepted(
  path?: string,
): Promise<{ socket: net.Socket; peer: net.Socket; listener: net.Server }> {
  const listener = net.createServer({ pauseOnConnect: true, allowHalfOpen: true });
  listeners.push(listener);
  listener.listen(path === undefined ? { port: 0, host: "127.0.0.1" } : { path });
  await once(listener, "listening");
  const address = listener.address() as net.AddressInfo;
  const taken = once(listener, "connection");
  const peer = destroyed(
    net.connect({ ...(path === undefined ? { port: address.port } : { path }), allowHalfOpen: true }),
  );
  peer.setNoDelay(true);
  // One that we destroy with bytes unread is reset.
  peer.on("error", () => {});
  const [[socket]] = (await Promise.all([taken, once(peer, "connect")])) as unknown as [[net.Socket]];
  return { socket, peer, listener };
}

/** The same, and its handle, which nobody has any more. */
export async function acceptedHandle(path?: string): Promise<{ handle: StreamHandle; peer: net.Socket }> {
  const { socket, peer } = await accepted(path);
  const owner = socket as unknown as { _handle: StreamHandle | null };
  const handle = owner._handle!;
  owner._handle = null;
  socket.destroy();
  return { handle, peer };
}

/** Hears what comes, and tells when it has heard something. */
export class Ear implements Receiver {
  /** Of `end` and `gone`. */
  readonly log: string[] = [];
  bytes = "";
  /** What is done within `onBytes`. */
  react: () => void = () => {};
  #look: () => void = () => {};

  onBytes(chunk: Uint8Array, start: number, end: number): void {
    this.bytes += Buffer.from(chunk.subarray(start, end)).toString("latin1");
    this.react();
    this.#look();
  }

  onEnd(): void {
    this.log.push("end");
    this.#look();
  }

  onGone(): void {
    this.log.push("gone");
    this.#look();
  }

  /** Resolves once so many bytes have come. */
  heard(count: number): Promise<void> {
    return this.#until(() => this.bytes.length >= count);
  }

  /** Resolves once this has happened. */
  saw(what: "end" | "gone"): Promise<void> {
    return this.#until(() => this.log.includes(what));
  }

  #until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#look = () => {
        if (holds()) resolve();
      };
      this.#look();
    });
  }
}
