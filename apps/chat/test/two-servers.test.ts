import { type Engine, NatsServer, RedisServer } from "@exws/engines";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { builtPage } from "./support/built-page.ts";
import { Front } from "./support/front.ts";
import { RelayProcess } from "./support/relay-process.ts";
import { ServerProcess } from "./support/server-process.ts";
import { useChromium, type Visit, visit } from "./support/visitors.ts";

useChromium();

let page: URL;
beforeAll(async () => {
  page = await builtPage();
});

/** What a browser says when a server goes. */
const lost = /ERR_|WebSocket connection to/;

type BusEngine = Engine & { readonly url: string } & AsyncDisposable;

const engines: [string, () => Promise<BusEngine>][] = [
  ["Redis", () => RedisServer.start()],
  ["NATS", () => NatsServer.start()],
  ["a relay of this machine", () => RelayProcess.start()],
];

describe.each(engines)("two servers over %s", (_, startEngine) => {
  /** Paul on one server, Chani on the other; each gets to the other server when its own is gone. */
  async function meet(): Promise<{
    engine: BusEngine;
    servers: [ServerProcess, ServerProcess];
    urls: [string, string];
    paul: Visit;
    chani: Visit;
  }> {
    const engine = await startEngine();
    onTestFinished(() => engine[Symbol.asyncDispose]());
    const one = await ServerProcess.start(page, engine.url);
    const two = await ServerProcess.start(page, engine.url);
    const urls: [string, string] = [
      `${(await Front.open(one.port, two.port)).url}#sietch`,
      `${(await Front.open(two.port, one.port)).url}#sietch`,
    ];
    const paul = await visit(urls[0], { nick: "Paul", expected: lost });
    const chani = await visit(urls[1], { nick: "Chani", expected: lost });
    expect([await paul.server(), await chani.server()]).toEqual([one.name, two.name]);
    return { engine, servers: [one, two], urls, paul, chani };
  }

  test("are one chat: messages, people and typing cross, and who comes later gets what was said", async () => {
    const { urls, paul, chani } = await meet();
    await paul.seesPeople("Chani", "Paul");
    await chani.seesPeople("Chani", "Paul");
    await paul.say("one");
    await chani.sees("one");
    await chani.page.locator("#text").pressSequentially("tw");
    await paul.page.locator('#typing:text-is("Chani is typing")').waitFor();
    await chani.page.locator("#text").pressSequentially("o");
    await chani.page.press("#text", "Enter");
    await paul.sees("two");
    expect(await paul.page.locator("#typing").textContent()).toBe("");

    // Chani's other tab is on Paul's server: still one person, until both are gone.
    const identity = await chani.page.evaluate(() => localStorage.getItem("exws-chat-identity"));
    const tab = await visit(urls[0], {
      nick: "Chani",
      expected: lost,
      storageState: {
        cookies: [],
        origins: [
          {
            origin: new URL(urls[0]).origin,
            localStorage: [{ name: "exws-chat-identity", value: identity! }],
          },
        ],
      },
    });
    await tab.sees("two");
    expect(await tab.messages()).toEqual(["one", "two"]);
    expect(await tab.dividers()).toEqual(["This is the beginning of the room"]);
    await tab.seesPeople("Chani", "Paul");
    await chani.page.close();
    await tab.say("still here");
    await paul.sees("still here");
    expect((await paul.people()).sort()).toEqual(["Chani", "Paul"]);
    await tab.page.close();
    await paul.seesPeople("Paul");
  }, 60_000);

  test("one is killed: its people come back by the other, with all that was said, and without ghosts", async () => {
    const { servers, paul, chani } = await meet();
    await paul.say("before");
    await chani.sees("before");
    await servers[0].kill();
    await chani.say("meanwhile");
    await chani.sees("meanwhile");
    await paul.connected();
    await paul.sees("meanwhile");
    expect(await paul.server()).toBe(servers[1].name);
    expect(await paul.messages()).toEqual(["before", "meanwhile"]);
    expect(await paul.dividers()).toEqual(["This is the beginning of the room"]);
    expect(await paul.page.locator("#notice").isVisible()).toBe(false);
    await paul.say("back again");
    await chani.sees("back again");
    await paul.seesPeople("Chani", "Paul");
    await chani.seesPeople("Chani", "Paul");
    await paul.page.close();
    // Its ghost on the dead server would still be here.
    await chani.seesPeople("Chani");
  }, 60_000);

  test("the engine goes: both pages say so, each goes on alone; it comes back: they are one again", async () => {
    const { engine, paul, chani } = await meet();
    await paul.say("before");
    await chani.sees("before");
    await engine.stop();
    const notice = (visitor: Visit): Promise<void> =>
      visitor.page.locator("#notice-text", { hasText: "cannot hear each other" }).waitFor();
    await notice(paul);
    await notice(chani);
    await paul.say("alone");
    await paul.sees("alone");
    await paul.page.locator(".said .mark", { hasText: "Only people on this server" }).waitFor();
    expect(await chani.messages()).toEqual(["before"]);
    await engine.start();
    for (const who of [paul, chani]) {
      await who.page.locator("#notice-text", { hasText: "cannot hear" }).waitFor({ state: "hidden" });
    }
    await paul.say("together");
    await chani.sees("together");
    await chani.say("indeed");
    await paul.sees("indeed");
    expect(await chani.messages()).toEqual(["before", "together", "indeed"]);
    expect(await paul.messages()).toEqual(["before", "alone", "together", "indeed"]);
    await paul.seesPeople("Chani", "Paul");
    await chani.seesPeople("Chani", "Paul");
    // The engine has forgotten what it had: nobody can know whether something is missing, and the page says so.
    const gap = "Messages may be missing here";
    expect(await chani.dividers()).toEqual(["This is the beginning of the room", gap]);
    await chani.page.reload();
    await chani.sees("indeed");
    expect(await chani.messages()).toEqual(["together", "indeed"]);
  }, 60_000);

  test("the engine is frozen: it is noticed, nothing is lost between those who are together, all goes on after it", async () => {
    const { engine, paul, chani } = await meet();
    await paul.say("before");
    await chani.sees("before");
    await engine.freeze();
    onTestFinished(() => engine.thaw());
    await paul.say("into the void");
    await paul.page.locator(".unsent", { hasText: "Sending" }).waitFor();
    await paul.page.locator("#notice-text", { hasText: "cannot hear each other" }).waitFor();
    await paul.page.locator(".said .mark", { hasText: "Only people on this server" }).waitFor();
    expect(await paul.messages()).toEqual(["before", "into the void"]);
    engine.thaw();
    for (const who of [paul, chani]) {
      await who.page.locator("#notice-text", { hasText: "cannot hear" }).waitFor({ state: "hidden" });
    }
    await chani.say("there you are");
    await paul.sees("there you are");
    await paul.say("here I am");
    await chani.sees("here I am");
    await paul.seesPeople("Chani", "Paul");
    await chani.seesPeople("Chani", "Paul");
  }, 60_000);
});
