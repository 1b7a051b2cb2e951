import { describe, expect, test } from "vitest";
import { type BusSetup, busCases } from "../src/conformance.ts";
import { type Bus, type BusReceiver, type MemoryBus, MemoryHub } from "../src/index.ts";

function setupOf(hub: MemoryHub, change: (bus: MemoryBus) => Bus = (bus) => bus): BusSetup {
  return {
    create: (prefix) => change(hub.bus({ prefix })),
    stop: () => hub.stop(),
    start: () => hub.start(),
    freeze: () => hub.freeze(),
    thaw: () => hub.thaw(),
    cut: () => hub.cut(),
  };
}

describe("the memory bus", () => {
  test.each(busCases)("$name", ({ run }) => run(setupOf(new MemoryHub())));
});

test("every case has a name of its own, and says what it needs", () => {
  expect(new Set(busCases.map(({ name }) => name)).size).toBe(busCases.length);
  const needs = busCases.flatMap(({ needs }) => needs);
  expect([...new Set(needs)].sort()).toEqual(["cut", "freeze", "log", "stop"]);
});

/** A bus with other functions in place of some of its own. */
function changed(bus: Bus, functions: Partial<Bus>): Bus {
  return {
    get maxPayload() {
      return bus.maxPayload;
    },
    log: bus.log,
    open: (receiver) => bus.open(receiver),
    subscribe: (topics) => bus.subscribe(topics),
    unsubscribe: (topics) => bus.unsubscribe(topics),
    publish: (topic, payload) => bus.publish(topic, payload),
    close: () => bus.close(),
    ...functions,
  };
}

const heard = (bus: Bus, receiver: (to: BusReceiver) => Partial<BusReceiver>): Bus =>
  changed(bus, {
    open: (to) =>
      bus.open({
        message: (topic, payload) => to.message(topic, payload),
        up: () => to.up(),
        down: (error) => to.down(error),
        ...receiver(to),
      }),
  });

const shared = new MemoryHub();
const published: Uint8Array[] = [];

describe("a bus that breaks a rule fails the case of that rule", () => {
  test.each<[fault: string, rule: RegExp, change: (bus: MemoryBus) => Bus]>([
    [
      "tells each message twice",
      /in their order, each once|several buses on several topics/,
      (bus) =>
        heard(bus, (to) => ({
          message(topic, payload) {
            to.message(topic, payload);
            to.message(topic, payload);
          },
        })),
    ],
    [
      "swaps messages",
      /in their order, each once/,
      (bus) => {
        let kept: [string, Uint8Array] | undefined;
        return heard(bus, (to) => ({
          message(topic, payload) {
            if (payload.length === 1 && kept === undefined) kept = [topic, payload];
            else {
              to.message(topic, payload);
              if (kept !== undefined) to.message(...kept);
              kept = undefined;
            }
          },
        }));
      },
    ],
    ["knows no prefixes", /prefixes keep tenants apart/, () => shared.bus()],
    [
      "keeps a view of what was published",
      /may be changed by who published/,
      (bus) =>
        changed(
          heard(bus, (to) => ({ message: (topic) => to.message(topic, published.shift()!) })),
          {
            publish(topic, payload) {
              published.push(payload);
              return bus.publish(topic, payload);
            },
          },
        ),
    ],
    ["takes what is too large", /too-large/, (bus) => changed(bus, { publish: async () => {} })],
    [
      "hears what was unsubscribed",
      /subscribing twice is the same as once/,
      (bus) => changed(bus, { unsubscribe: () => {} }),
    ],
    [
      "hears topics that begin alike",
      /compared whole/,
      (bus) => {
        const topics = new Set<string>();
        return changed(bus, {
          open: (to) =>
            bus.open({ ...to, message: (topic, payload) => to.message(topic.replace("n-", "n"), payload) }),
          subscribe(all) {
            for (const topic of all) topics.add(topic);
            return bus.subscribe([...all, ...[...topics].map((topic) => `${topic}-`)]);
          },
        });
      },
    ],
    [
      "tells that it is up when it is opened",
      /up is told by open alone/,
      (bus) =>
        changed(bus, {
          async open(to) {
            await bus.open(to);
            to.up();
          },
        }),
    ],
    [
      "swallows what it cannot publish",
      /publish rejects at once/,
      (bus) => changed(bus, { publish: (topic, payload) => bus.publish(topic, payload).catch(() => {}) }),
    ],
    [
      "rejects with errors of its client",
      /a bus that is closed/,
      (bus) =>
        changed(bus, {
          publish: (topic, payload) => bus.publish(topic, payload).catch(() => Promise.reject("no")),
        }),
    ],
    [
      "gives an offset twice",
      /no offset is given twice|get the offsets/,
      (bus) => changed(bus, { log: { ...bus.log!, append: async () => ({ epoch: "x", offset: 1 }) } }),
    ],
    [
      "reads a place that it does not know",
      /does not know reads nothing/,
      (bus) => {
        const log = bus.log!;
        const read: typeof log.read = async (...args) => ({ ...(await log.read(...args)), entries: [] });
        return changed(bus, { log: { ...log, read } });
      },
    ],
    [
      "keeps what is too old",
      /keeps so many bytes/,
      (bus) => {
        const log = bus.log!;
        const append: typeof log.append = (topic, entry, bounds) =>
          log.append(topic, entry, { ...bounds, bytes: Number.POSITIVE_INFINITY });
        const read: typeof log.read = (topic, after, bounds) =>
          log.read(topic, after, { ...bounds, bytes: Number.POSITIVE_INFINITY });
        return changed(bus, { log: { append, read } });
      },
    ],
  ])("that %s", async (_, rule, change) => {
    const cases = busCases.filter(({ name }) => rule.test(name));
    expect(cases.length).toBeGreaterThan(0);
    for (const { run } of cases) await expect(run(setupOf(new MemoryHub(), change))).rejects.toThrow();
  });
});
