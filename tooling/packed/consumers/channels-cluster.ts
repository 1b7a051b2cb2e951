// prints relayed, over 1 topic
import { Channels } from "@exws/channels";
import { type ClusterBusOptions, clusterBus, type Relay, relay } from "@exws/channels-cluster";

const options: ClusterBusOptions = { prefix: "dune" };

async function main(): Promise<void> {
  const hub: Relay = await relay();
  const [one, other] = [
    new Channels({ bus: clusterBus(options) }),
    new Channels({ bus: clusterBus(options) }),
  ];
  await Promise.all([one.ready, other.ready]);
  const heard = new Promise<string>((resolve) => {
    const member = {
      write: () => {
        resolve("relayed");
        return "sent" as const;
      },
      onClosed() {},
    };
    void one.join("arrakis", member).done.then(() => other.broadcast("arrakis", "hello"));
  });
  const text = await heard;
  console.log(`${text}, over ${hub.stats().topics > 0 ? 1 : 0} topic`);
  await Promise.all([one.close(), other.close()]);
  await hub.close();
}

void main();
