import { type AddressInfo, createServer } from "node:net";
import axe from "axe-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type ChatServer, startChat } from "../src/server/start-chat.ts";
import { builtPage } from "./support/built-page.ts";
import { Peer } from "./support/peer.ts";
import { useChromium, type Visit, visit } from "./support/visitors.ts";

useChromium();

let page: URL;
let server: ChatServer;
let rooms = 0;

beforeAll(async () => {
  page = await builtPage();
  server = await startChat({ page, rates: { says: { perSecond: 100, burst: 100 } } });
});
afterAll(() => server.close(1_000));

/** The address of a room of this test alone. */
const newRoom = (): string => `${server.url.replace("ws", "http")}/#room-${++rooms}`;

const refused = /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET/;

describe("two people in a room", () => {
  test("read each other at once, with name, time and day", async () => {
    const url = newRoom();
    const paul = await visit(url, { nick: "Paul" });
    const chani = await visit(url, { nick: "Chani" });
    await paul.say("hello κόσμε 👋");
    await chani.sees("hello κόσμε 👋");
    await chani.say("and to you");
    await paul.sees("and to you");
    for (const who of [paul, chani]) {
      expect(await who.messages()).toEqual(["hello κόσμε 👋", "and to you"]);
      expect(await who.dividers()).toEqual(["This is the beginning of the room"]);
      expect(await who.page.locator("#log .day").allTextContents()).toEqual(["Today"]);
      expect(await who.page.locator(".nick").allTextContents()).toEqual(["Paul", "Chani"]);
      expect(await who.page.locator("#log time").first().textContent()).toMatch(/^\d?\d:\d\d/);
    }
  });

  test("see who is here, somebody with two tabs once, and who goes", async () => {
    const url = newRoom();
    const paul = await visit(url, { nick: "Paul" });
    const chani = await visit(url, { nick: "Chani" });
    const tab = await chani.secondTab(url);
    await paul.seesPeople("Paul", "Chani");
    await chani.page.close();
    await tab.say("still here");
    await paul.sees("still here");
    expect(await paul.people()).toEqual(["Paul", "Chani"]);
    await tab.page.close();
    await paul.seesPeople("Paul");
  });

  test("see who is typing, until it is said", async () => {
    const url = newRoom();
    const paul = await visit(url, { nick: "Paul" });
    const chani = await visit(url, { nick: "Chani" });
    await paul.page.locator("#text").pressSequentially("hm");
    await chani.page.locator('#typing:text-is("Paul is typing")').waitFor();
    await paul.page.press("#text", "Enter");
    await chani.page.locator("#typing:text-is('')").waitFor({ state: "attached" });
    expect(await paul.page.locator("#typing").textContent()).toBe("");
  });

  test("see a new name and colour", async () => {
    const url = newRoom();
    const paul = await visit(url, { nick: "Paul" });
    const chani = await visit(url, { nick: "Chani" });
    await paul.page.click("#you");
    await paul.page.fill("#nick", "Muad'Dib");
    await paul.page.locator("#swatches input").nth(4).check({ force: true });
    await paul.page.keyboard.press("Enter");
    await chani.seesPeople("Chani", "Muad'Dib");
    await paul.say("it is I");
    await chani.sees("it is I");
    expect(await chani.page.locator(".nick.colour-4").textContent()).toBe("Muad'Dib");
  });
});

test("who is new is asked for a name, and keeps it", async () => {
  const url = newRoom();
  const somebody = await visit(url, {});
  await somebody.page.locator("#profile[open]").waitFor();
  await somebody.page.keyboard.type("   ");
  await somebody.page.keyboard.press("Enter");
  expect(await somebody.page.locator("#nick-fault").textContent()).toContain("1 to 24 characters");
  await somebody.page.fill("#nick", "Liet");
  await somebody.page.keyboard.press("Enter");
  await somebody.connected();
  await somebody.seesPeople("Liet");
  await somebody.page.reload();
  await somebody.connected();
  await somebody.seesPeople("Liet");
});

test("what people write is text: markup, scripts and odd addresses stay what they are", async () => {
  const url = newRoom();
  const paul = await visit(url, { nick: "<img src=x>" });
  const chani = await visit(url, { nick: "Chani" });
  const texts = [
    '<script>document.title = "owned"</script><img src=x onerror="document.title = 1">',
    "javascript:alert(1) data:text/html,<b>x</b>",
    "see https://example.com/a?b=<i>, it's safe",
  ];
  for (const text of texts) await paul.say(text);
  await chani.sees("it's safe");
  expect(await chani.messages()).toEqual(texts);
  expect(await chani.page.locator("#log :is(script, img, i, b:not(.nick))").count()).toBe(0);
  const links = await chani.page.locator("#log a").evaluateAll((all) => all.map((link) => link.outerHTML));
  expect(links).toEqual([
    '<a class="" href="https://example.com/a?b=" target="_blank" rel="noopener noreferrer nofollow">https://example.com/a?b=</a>',
  ]);
  expect(await chani.people()).toContain("<img src=x>");
  expect(await chani.page.title()).not.toMatch(/owned|^1$/);
});

test("rooms are joined by a name or a link, count what is unread, and can be left", async () => {
  const url = newRoom();
  const home = url.split("#")[1]!;
  const paul = await visit(url, { nick: "Paul" });
  const chani = await visit(url, { nick: "Chani" });
  await paul.page.fill("#join-name", "Dune Sea!");
  await paul.page.keyboard.press("Enter");
  await paul.page.locator('#room-title:text-is("dune-sea")').waitFor();
  expect(new URL(paul.page.url()).hash).toBe("#dune-sea");
  await chani.say("where are you?");
  await paul.page.locator(`#room-list a[href="#${home}"] .badge`, { hasText: "1" }).waitFor();
  expect(await paul.page.title()).toBe("(1) #dune-sea · exws chat");
  await paul.page.click(`#room-list a[href="#${home}"]`);
  await paul.sees("where are you?");
  await expect.poll(() => paul.page.title()).toBe(`#${home} · exws chat`);
  await paul.page.click('[aria-label="Leave dune-sea"]');
  expect(await paul.page.locator("#room-list a").allTextContents()).toEqual([home]);
  await paul.page.reload();
  await paul.connected();
  expect(await paul.messages()).toEqual(["where are you?"]);
});

test("Shift+Enter makes a line, each room has its own draft, and what is too long cannot be sent", async () => {
  const url = newRoom();
  const paul = await visit(url, { nick: "Paul" });
  await paul.page.locator("#text").pressSequentially("one");
  await paul.page.press("#text", "Shift+Enter");
  await paul.page.locator("#text").pressSequentially("two");
  await paul.page.evaluate(() => {
    location.hash = "elsewhere";
  });
  await paul.page.locator('#room-title:text-is("elsewhere")').waitFor();
  expect(await paul.page.inputValue("#text")).toBe("");
  await paul.page.goBack();
  await expect.poll(() => paul.page.inputValue("#text")).toBe("one\ntwo");
  await paul.page.press("#text", "Enter");
  await paul.sees("one\ntwo");
  await paul.page.fill("#text", "x".repeat(2_001));
  expect(await paul.page.locator("#left").textContent()).toBe("1 too many");
  expect(await paul.page.locator("#send").isDisabled()).toBe(true);
});

describe("a server that goes and comes back", () => {
  /** Starts a server on the same port again and again. */
  async function restartable(): Promise<{ url: string; stop(): Promise<void>; start(): Promise<void> }> {
    const probe = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => probe.once("listening", resolve));
    const { port } = probe.address() as AddressInfo;
    await new Promise((resolve) => probe.close(resolve));
    let running: ChatServer | undefined;
    const stop = async (): Promise<void> => {
      await running?.close(500);
      running = undefined;
    };
    const start = async (): Promise<void> => {
      running = await startChat({ page, port });
    };
    onTestFinished(stop);
    await start();
    return { url: `http://127.0.0.1:${port}/#a`, stop, start };
  }

  /** Connects now, unless it has done so by itself already. */
  const retry = async (visitor: Visit): Promise<void> => {
    await visitor.page.locator("#retry").evaluate((button: HTMLButtonElement) => button.click());
    await visitor.connected();
  };

  test("is shown; what was written meanwhile is kept, marked, and sent once, in order; the gap is shown", async () => {
    const { url, stop, start } = await restartable();
    const paul = await visit(url, { nick: "Paul", expected: refused });
    const chani = await visit(url, { nick: "Chani", expected: refused });
    await paul.say("before");
    await chani.sees("before");
    await stop();
    await paul.state("Offline");
    await paul.page.locator("#countdown", { hasText: "next try in" }).waitFor();
    await paul.say("one");
    await paul.say("two");
    await paul.say("never mind");
    await paul.page.locator(".unsent", { hasText: "never mind" }).getByText("Delete").click();
    expect(await paul.messages()).toEqual(["before", "[one]", "[two]"]);
    expect(await paul.page.locator(".unsent .mark").first().textContent()).toContain("Not sent yet");
    await start();
    await retry(paul);
    await paul.sees("two");
    await retry(chani);
    await chani.sees("two");
    for (const who of [paul, chani]) {
      expect(await who.messages()).toEqual(["before", "one", "two"]);
      expect(await who.dividers()).toEqual([
        "This is the beginning of the room",
        "Messages may be missing here",
      ]);
      await who.page.locator("#notice-text", { hasText: "messages may be missing" }).waitFor();
      await who.seesPeople("Paul", "Chani");
    }
    await paul.page.click("#dismiss");
    await paul.page.locator("#notice").waitFor({ state: "hidden" });
  });

  test("unsent messages survive the page", async () => {
    const { url, stop, start } = await restartable();
    const paul = await visit(url, { nick: "Paul", expected: refused });
    await stop();
    await paul.state("Offline");
    await paul.say("kept");
    await start();
    await paul.page.reload();
    await paul.connected();
    await paul.sees("kept");
    expect(await paul.messages()).toEqual(["kept"]);
  });
});

test("a page that was offline gets what it missed, without a gap", async () => {
  const url = newRoom();
  const paul = await visit(url, { nick: "Paul" });
  const chani = await visit(url, { nick: "Chani", expected: /ERR_INTERNET_DISCONNECTED/ });
  await paul.say("one");
  await chani.sees("one");
  // Being offline cuts no sockets in Chromium.
  await chani.page.context().setOffline(true);
  for (const connection of server.connections) {
    if (connection.state.person?.nick === "Chani") connection.terminate();
  }
  await chani.state("Offline");
  await paul.say("two");
  await paul.say("three");
  await paul.sees("three");
  await chani.page.context().setOffline(false);
  await chani.connected();
  await chani.sees("three");
  expect(await chani.messages()).toEqual(["one", "two", "three"]);
  expect(await chani.dividers()).toEqual(["This is the beginning of the room"]);
  expect(await chani.page.locator("#notice").isVisible()).toBe(false);
});

test("who reads older messages is not carried away, but told of new ones", async () => {
  const url = newRoom();
  const paul = await visit(url, { nick: "Paul" });
  const chani = await visit(url, { nick: "Chani" });
  for (let i = 0; i < 30; i++) await paul.say(`line ${i}`);
  await chani.sees("line 29");
  await chani.page.locator("#scroll").evaluate((scroll) => scroll.scrollTo(0, 0));
  await paul.say("news");
  await chani.page.locator("#newest").waitFor();
  expect(await chani.page.locator("#scroll").evaluate((scroll) => scroll.scrollTop)).toBe(0);
  await chani.page.click("#newest");
  await chani.page.locator("#newest").waitFor({ state: "hidden" });
  expect(await chani.page.locator("#log .said").last().isVisible()).toBe(true);
});

describe("for everybody", () => {
  /** What axe finds wrong with the page as it is now. */
  async function violations({ page }: Visit): Promise<string[]> {
    await page.evaluate(axe.source);
    return page.evaluate(async () => {
      const { axe } = window as unknown as { axe: typeof import("axe-core") };
      const { violations } = await axe.run(document);
      return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
    });
  }

  const phone = { viewport: { width: 360, height: 640 }, isMobile: true, hasTouch: true };

  test.each([
    ["light", "light", {}],
    ["dark", "dark", {}],
    ["a phone", "light", phone],
    ["a phone in the dark", "dark", phone],
  ] as const)("axe finds nothing wrong: %s", async (_, colorScheme, options) => {
    const url = newRoom();
    const room = `room-${rooms}`;
    const others = await Promise.all(
      [1, 2, 3, 4, 5, 6, 7].map((colour) => Peer.join(server.url, `Person ${colour}`, room)),
    );
    for (const [index, other] of others.entries()) {
      other.say({ type: "say", room, id: `${index}`, text: `I am ${index}, see https://example.com/` });
      await other.next("said");
    }
    const paul = await visit(url, { nick: "Paul", colorScheme, ...options });
    await paul.page.evaluate(() => {
      location.hash = "second";
    });
    await paul.page.locator('#room-title:text-is("second")').waitFor();
    others[0]!.say({ type: "say", room, id: "8", text: "unread" });
    await paul.page.locator("#room-list .badge").waitFor({ state: "attached" });
    expect(await violations(paul)).toEqual([]);
    await paul.page.goBack();
    await paul.sees("unread");
    expect(await violations(paul)).toEqual([]);
    if ("isMobile" in options) await paul.page.click("#rooms-toggle");
    expect(await violations(paul)).toEqual([]);
    await paul.page.click("#you");
    expect(await violations(paul)).toEqual([]);
  });

  test("axe does find what is wrong, under the page's policy, too", async () => {
    const paul = await visit(newRoom(), { nick: "Paul" });
    await paul.page.evaluate(() => document.querySelector("#log")?.append(document.createElement("p")));
    const found = await violations(paul);
    expect(found.map((text) => text.split(":")[0])).toEqual(["list"]);
  });

  test("axe finds nothing wrong while the connection is lost and a message waits", async () => {
    const paul = await visit(newRoom(), { nick: "Paul", expected: /ERR_INTERNET_DISCONNECTED/ });
    await paul.page.context().setOffline(true);
    for (const connection of server.connections) connection.terminate();
    await paul.state("Offline");
    await paul.say("waiting");
    expect(await paul.messages()).toEqual(["[waiting]"]);
    expect(await violations(paul)).toEqual([]);
  });

  test("all of it is done with the keyboard, in an order that makes sense", async () => {
    const paul = await visit(newRoom(), { nick: "Paul" });
    await paul.page.locator("#text").blur();
    await paul.page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    const order: string[] = [];
    await paul.page.locator("#skip").focus();
    for (let i = 0; i < 8; i++) {
      order.push(
        await paul.page.evaluate(() => {
          const { id = "", localName = "", textContent } = document.activeElement ?? {};
          return id || `${localName} ${textContent?.trim()}`;
        }),
      );
      await paul.page.keyboard.press("Tab");
    }
    expect(order).toEqual([
      "skip",
      `a room-${rooms}`,
      "join-name",
      "button Go",
      "you",
      "scroll",
      "text",
      "send",
    ]);
    await paul.page.locator("#skip").focus();
    await paul.page.keyboard.press("Enter");
    expect(await paul.page.evaluate(() => document.activeElement?.id)).toBe("text");
  });

  test("on a phone the rooms and people are panels that take the focus and give it back", async () => {
    const paul = await visit(newRoom(), { nick: "Paul", ...phone });
    const focus = (): Promise<string> => paul.page.evaluate(() => document.activeElement?.id ?? "");
    expect(await paul.page.locator("#rooms").isVisible()).toBe(false);
    expect(await paul.page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    await paul.page.focus("#rooms-toggle");
    await paul.page.keyboard.press("Enter");
    await paul.page.locator("#rooms").waitFor();
    expect(await paul.page.getAttribute("#rooms-toggle", "aria-expanded")).toBe("true");
    expect(await paul.page.evaluate(() => document.activeElement?.closest("#rooms") !== null)).toBe(true);
    await paul.page.keyboard.press("Escape");
    await paul.page.locator("#rooms").waitFor({ state: "hidden" });
    expect([await focus(), await paul.page.getAttribute("#rooms-toggle", "aria-expanded")]).toEqual([
      "rooms-toggle",
      "false",
    ]);
    await paul.page.tap("#people-toggle");
    await paul.page.locator("#people").waitFor();
    const { x, width } = (await paul.page.locator("#people").boundingBox())!;
    expect([x > 0, x + width]).toEqual([true, 360]);
    await paul.page.keyboard.press("Enter");
    await paul.page.locator("#people").waitFor({ state: "hidden" });
    expect(await focus()).toBe("people-toggle");
    await paul.page.tap("#people-toggle");
    await paul.page.touchscreen.tap(20, 300);
    await paul.page.locator("#people").waitFor({ state: "hidden" });
  });

  test("the smallest phone shows all of it without scrolling sideways, offline too", async () => {
    const options = {
      ...phone,
      viewport: { width: 320, height: 568 },
      expected: /ERR_INTERNET_DISCONNECTED/,
    };
    const paul = await visit(newRoom(), { nick: "Paul of the longest name", ...options });
    const width = (): Promise<number> => paul.page.evaluate(() => document.documentElement.scrollWidth);
    await paul.say(`${"very".repeat(30)} https://example.com/${"long/".repeat(30)}`);
    await paul.sees("veryvery");
    expect(await width()).toBe(320);
    await paul.page.context().setOffline(true);
    for (const connection of server.connections) connection.terminate();
    await paul.state("Offline");
    await paul.page.locator("#retry").waitFor();
    expect(await width()).toBe(320);
  });

  test("news are announced politely, a room that is loaded is not read out", async () => {
    const url = newRoom();
    const paul = await visit(url, { nick: "Paul" });
    await paul.say("one");
    await paul.sees("one");
    const live = (visitor: Visit): Promise<string | null> =>
      visitor.page.getAttribute("#scroll", "aria-live");
    expect(await live(paul)).toBe("polite");
    await paul.page.evaluate(() => {
      location.hash = "other";
    });
    await paul.page.locator('#room-title:text-is("other")').waitFor();
    expect(await paul.page.locator("#state-text").getAttribute("role")).toBe("status");
  });
});
