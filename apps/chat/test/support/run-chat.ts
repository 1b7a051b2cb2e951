// A server of the chat in a process of its own, as its argument says in JSON: { page, bus }. Prints its address. A bus that is no
// address but a path is a relay's.
import { clusterBus } from "@exws/channels-cluster";
import { openBus } from "../../src/open-bus.ts";
import { startChat } from "../../src/server/start-chat.ts";

const { page, bus } = JSON.parse(process.argv[2] ?? "{}") as { page: string; bus: string };
const server = await startChat({
  page: new URL(page),
  bus: bus.startsWith("/") ? clusterBus({ path: bus }) : await openBus(bus),
  rates: { says: { perSecond: 100, burst: 100 } },
});
console.log(`${server.url} ${server.name}`);
