// prints 2 members hear hello, Paul and Jessica
import { Channels, type Subscriber } from "@exws/channels";

const channels = new Channels<{ arrakis: { meta: string } }>();
const member = (): Subscriber => ({ write: () => "sent", onClosed() {} });

async function main(): Promise<void> {
  channels.join("arrakis", member(), "Paul");
  channels.join("arrakis", member(), "Jessica");
  const { sent } = await channels.broadcast("arrakis", "hello").done;
  const names: string[] = channels.reduce("arrakis", (all, _, meta) => [...all, meta], [] as string[]);
  console.log(`${sent} members hear hello, ${names.join(" and ")}`);
}

void main();
