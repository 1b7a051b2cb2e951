// prints 2 members hear hello, Paul and Jessica; another process hears it, too; 9 rules of messages
import { Channels, MemoryHub, publisher, type Subscriber } from "@exws/channels";
import { type BusSetup, busCases } from "@exws/channels/conformance";

const hub = new MemoryHub();
const channels = new Channels<{ arrakis: { meta: string } }>({ bus: hub.bus() });
const other = new Channels({ bus: hub.bus() });
const member = (): Subscriber => ({ write: () => "sent", onClosed() {} });

async function main(): Promise<void> {
  const heard = new Promise<string>((resolve) => {
    other.join("arrakis", {
      write: ({ type }) => {
        resolve(type === "text" ? "another process hears it, too" : "binary");
        return "sent";
      },
      onClosed() {},
    });
  });
  await Promise.all([channels.ready, other.ready]);
  channels.join("arrakis", member(), "Paul");
  await channels.join("arrakis", member(), "Jessica").done;
  const { sent } = await channels.broadcast("arrakis", "hello").done;
  const names: string[] = channels.reduce("arrakis", (all, _, meta) => [...all, meta], [] as string[]);
  const { size } = await channels.cluster.size("arrakis");
  const jobs = publisher(hub.bus());
  await jobs.ready;
  const { ok } = await jobs.broadcast("arrakis", "job");
  const setup: BusSetup = { create: (prefix) => hub.bus({ prefix }) };
  const rules = busCases.filter(({ needs }) => needs.length === 0).slice(0, size === 3 && ok ? 9 : 0);
  for (const { run } of rules) await run(setup);
  console.log(
    `${sent} members hear hello, ${names.join(" and ")}; ${await heard}; ${rules.length} rules of messages`,
  );
  await Promise.all([channels.close(), other.close(), jobs.close()]);
}

void main();
