// prints 1048576 bytes, refused, and prefix must be at most 200 characters
import { type Bus, BusError } from "@exws/channels";
import { type NatsBusOptions, type NatsConnection, natsBus } from "@exws/channels-nats";

// The client is not here: types and code must do without it.
const connect = (_options?: { servers?: string }): Promise<NatsConnection> =>
  Promise.reject(Object.assign(new Error("Authorization Violation"), { name: "AuthorizationError" }));
const options: NatsBusOptions = { prefix: "dune", maxPending: 1024, log: { storage: "file" } };

async function main(): Promise<void> {
  const bus: Bus = natsBus(connect, { servers: "127.0.0.1:4222" }, options);
  const receiver = { message() {}, up() {}, down() {} };
  const error: unknown = await bus.open(receiver).catch((reason: unknown) => reason);
  if (!(error instanceof BusError)) throw error;
  await bus.close();
  try {
    natsBus(connect, {}, { prefix: "dune.*" });
  } catch (fault) {
    const [said] = (fault as Error).message.split(":");
    console.log(`${bus.maxPayload} bytes, ${error.code}, and ${said}`);
  }
}

void main();
