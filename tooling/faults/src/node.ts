// A server process of a cluster. Clients join the channel `room` as the user that their path names; the test says by IPC what
// to do (commands.ts), and hears what becomes of the bus.
import { Channels } from "@exws/channels";
import { serve } from "@exws/server";
import { busOf } from "./bus-of.ts";
import type { Commands, Event, NodeConfig } from "./commands.ts";
import { type Numbered, write } from "./ledger.ts";

const config = JSON.parse(process.argv[2]!) as NodeConfig;
const say = (message: Event): void => void process.send!(message);
const lost: Record<string, number> = {};

const channels = new Channels<{ room: { meta: { user: string } } }>({
  bus: busOf(config.bus),
  cluster: { heartbeat: config.heartbeat, ttl: config.ttl },
  ...(config.history && { history: () => ({ count: 100_000, bytes: 10_000_000 }) }),
  presence: { key: (_member, { user }) => user },
  onBus: (state, error) => say({ event: "bus", state, ...(error && { error: error.code }) }),
  onGap: ({ from = "history", lost: count }) => {
    lost[from] = (lost[from] ?? 0) + count;
  },
  onError: (error) => say({ event: "failure", error: String(error) }),
});
await channels.ready;
const { node } = channels.health();

let number = 0;
let timer: NodeJS.Timeout | undefined;

function publish(): Numbered {
  const numbered = { from: node!, number: ++number };
  channels.broadcast("room", write(numbered));
  return numbered;
}

const commands: Commands = {
  id: () => node!,
  startPublishing(every) {
    timer = setInterval(publish, every);
  },
  stopPublishing() {
    clearInterval(timer);
    return { from: node!, number };
  },
  publishOne: publish,
  counts() {
    const { bus, nodes } = channels.health();
    const { duplicates, foreign, unpublished, received } = channels.stats();
    return { bus, nodes: nodes.length, lost, duplicates, foreign, unpublished, received };
  },
  presence: () => channels.presence("room").map(({ key }) => String(key)),
  async sizeOfAll() {
    const { size, silent } = await channels.cluster.size("room");
    return { size, silent: silent.length };
  },
  block(milliseconds) {
    const end = performance.now() + milliseconds;
    while (performance.now() < end);
  },
};

process.on("message", async ({ id, name, args }: { id: number; name: keyof Commands; args: never[] }) => {
  try {
    const result = await (commands[name] as (...args: never[]) => unknown)(...args);
    process.send!({ id, result });
  } catch (error) {
    process.send!({ id, error: String(error) });
  }
});
process.once("disconnect", () => process.exit());

const server = await serve({
  port: 0,
  handler: {
    init: () => ({ user: "" }),
    handshake(request, { state }) {
      state.user = request.path.slice(1);
    },
    async open(connection) {
      await channels.join("room", connection, { user: connection.state.user }).done;
      connection.write("welcome");
    },
    message() {},
  },
});
say({ event: "ready", url: server.url });
