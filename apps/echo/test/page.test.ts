import { launchChromium, openPage, type PageOptions } from "@exws/processes";
import type { Connection, ListeningServer } from "@exws/server";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startEcho } from "../src/echo.ts";

let browser: Browser;
let server: ListeningServer;

beforeAll(async () => {
  server = await startEcho({
    host: "127.0.0.1",
    port: 0,
    origin: "same",
    maxMessage: 67_108_864,
    deflate: true,
  });
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  await server.close({ within: 1_000 });
});

/** A visit to the page, from when it is connected. */
async function visit(options?: PageOptions): Promise<Page> {
  const page = await openPage(browser, server.url.replace("ws", "http"), options);
  await inState(page, "open");
  return page;
}

const inState = (page: Page, state: string): Promise<void> =>
  page.locator(`[role=status]:text-is("${state}")`).waitFor();

/** The log, latest first, without times and sizes: `sent hello`. */
const rows = (page: Page): Promise<string[]> =>
  page
    .locator("#log li")
    .evaluateAll((all) =>
      all.map(
        (row) =>
          `${row.className} ${[".way", ".body"].map((part) => row.querySelector(part)?.textContent).join(" ")}`,
      ),
    );

const verdict = (page: Page, text: string): Promise<void> =>
  page.locator("#verdict", { hasText: text }).waitFor();

/** The server's side of the page's connection. */
function connectionOf(server: ListeningServer): Connection<undefined> {
  const [connection, ...others] = server.connections;
  if (connection === undefined || others.length > 0) throw new Error("there is not just one connection");
  return connection;
}

test("a person types a message, presses Enter and sees it come back, with its time", async () => {
  const page = await visit();
  // The field has the focus from the start.
  await page.keyboard.type("hello κόσμε 👋");
  await page.keyboard.press("Enter");
  await verdict(page, "1 sent and back, every byte the same.");
  expect(await rows(page)).toEqual([
    "received text ↓ back hello κόσμε 👋",
    "sent text ↑ sent hello κόσμε 👋",
    expect.stringMatching(/^event open connected to ws:/),
  ]);
  expect(await page.locator("#message").inputValue()).toBe("");
  const latest = await page.locator("#latest").textContent();
  expect(Number(latest)).toBeGreaterThan(0);
  expect(await page.locator("#log li").first().locator(".trip").textContent()).toBe(`${latest} ms`);
  expect(await page.locator("#log li").first().locator("time").textContent()).toMatch(
    /^\d\d:\d\d:\d\d[.,]\d{3}$/,
  );
});

test("Shift+Enter makes a new line", async () => {
  const page = await visit();
  await page.keyboard.type("one");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("two");
  await page.keyboard.press("Enter");
  await verdict(page, "1 sent and back");
  expect((await rows(page))[0]).toBe("received text ↓ back one\ntwo");
});

test("binary comes back as binary", async () => {
  const page = await visit();
  await page.getByRole("radio", { name: "Binary" }).check();
  await page.getByLabel("Message").fill("Aé");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await verdict(page, "1 sent and back");
  expect((await rows(page)).slice(0, 2)).toEqual([
    "received binary ↓ back 41 c3 a9",
    "sent binary ↑ sent 41 c3 a9",
  ]);
});

test("a megabyte and a hundred messages at once come back unchanged", async () => {
  const page = await visit();
  await page.getByRole("button", { name: "1 MiB" }).click();
  await page.getByRole("button", { name: "100 × 20 B" }).click();
  await verdict(page, "101 sent and back, every byte the same.");
  expect(await page.locator("#worst").textContent()).toMatch(/^\d+(\.\d+)?$/);
  expect(await page.locator("#bars i:not(.none)").count()).toBe(40);
});

test("it closes with the code and reason that were typed, shows them, and connects again", async () => {
  const page = await visit();
  await page.getByLabel("Close code").fill("4001");
  await page.getByLabel("Reason").fill("done");
  await page.getByRole("button", { name: "Close", exact: true }).click();
  await inState(page, "closed");
  expect(await page.locator("#last-close").textContent()).toBe("4001 private, “done” (by you)");
  expect(await page.locator("#send").isDisabled()).toBe(true);

  await page.locator("#connect").click();
  await inState(page, "open");
  await page.getByLabel("Message").fill("again");
  await page.keyboard.press("Enter");
  await verdict(page, "1 sent and back");
  expect(await rows(page)).toEqual([
    "received text ↓ back again",
    "sent text ↑ sent again",
    expect.stringMatching(/^event open /),
    "event closed 4001 private, “done” (by you)",
    expect.stringMatching(/^event open /),
  ]);
});

test("it shows the code and reason that the server closed with, and a connection that was lost", async () => {
  const page = await visit();
  connectionOf(server).close(1012, "back in a minute");
  await inState(page, "closed");
  const last = page.locator("#last-close");
  expect(await last.textContent()).toBe("1012 service restart, “back in a minute” (by the server)");
  await page.locator("#connect").click();
  await inState(page, "open");
  connectionOf(server).terminate();
  await inState(page, "closed");
  await expect.poll(() => last.textContent()).toBe("1006 connection lost");
});

test.each([
  ["Close code", "1005", "A page may send 1000, or 3000 to 4999."],
  ["Close code", "5000", "A page may send 1000, or 3000 to 4999."],
  ["Close code", "four", "A page may send 1000, or 3000 to 4999."],
  ["Reason", "é".repeat(62), "At most 123 bytes fit; these are 124."],
])("%s %s is refused with a sentence, and the connection stays", async (label, value, sentence) => {
  const page = await visit();
  await page.getByLabel(label).fill(value);
  await page.getByRole("button", { name: "Close", exact: true }).click();
  expect(await page.getByRole("alert").textContent()).toBe(sentence);
  expect(await page.getByLabel(label).getAttribute("aria-invalid")).toBe("true");
  await inState(page, "open");
});

describe("how it looks", () => {
  const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

  test("a phone gets one column, nothing sticks out, and what is touched is large enough", async () => {
    const page = await visit(phone);
    await page.getByRole("button", { name: "64 KiB" }).tap();
    await verdict(page, "1 sent and back");
    const seen = await page.evaluate(() => ({
      width: document.documentElement.scrollWidth,
      lefts: new Set([...document.querySelectorAll(".card")].map((card) => card.getBoundingClientRect().left))
        .size,
      heights: [...document.querySelectorAll("button, input:not([type=radio]), textarea, .kinds label")]
        .map((target) => target.getBoundingClientRect().height)
        .filter((height) => height > 0),
    }));
    expect(seen.width).toBe(390);
    expect(seen.lefts).toBe(1);
    expect(Math.min(...seen.heights)).toBeGreaterThanOrEqual(36);
    // Out of sight of the connection's own card, there is a way back right below the state.
    connectionOf(server).close();
    await inState(page, "closed");
    await page.locator("#reconnect").tap();
    await inState(page, "open");
  });

  test("a wide window has two columns", async () => {
    const page = await visit({ viewport: { width: 1280, height: 800 } });
    const lefts = await page
      .locator(".card")
      .evaluateAll((cards) => new Set(cards.map((card) => card.getBoundingClientRect().left)).size);
    expect(lefts).toBe(2);
    expect(await page.locator("#reconnect").isVisible()).toBe(false);
  });

  test("dark mode has other colours, and both are readable", async () => {
    const seen = [];
    for (const colorScheme of ["light", "dark"] as const) {
      const page = await visit({ colorScheme });
      // What the connection says of itself comes a moment later.
      for (const text of [".event .body", ".verdict", "time"])
        await page.locator(text).first().waitFor({ state: "attached" });
      seen.push(await page.evaluate(contrasts));
      await page.close();
    }
    const [light, dark] = seen;
    expect(light!.background).not.toBe(dark!.background);
    // WCAG 2.2 §1.4.3: at least 4.5 to 1 for text.
    for (const { ratios } of [light!, dark!]) {
      for (const [what, ratio] of ratios) expect(ratio, what).toBeGreaterThanOrEqual(4.5);
    }
  });
});

/** Runs in the page: the contrast of texts against what is behind them. */
function contrasts(): { background: string; ratios: [string, number][] } {
  const channels = (colour: string): number[] => colour.match(/[\d.]+/g)!.map(Number);
  const luminance = (colour: string): number => {
    const [red = 0, green = 0, blue = 0] = channels(colour).map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = (element: Element): string => {
    const colour = getComputedStyle(element).backgroundColor;
    const isClear = channels(colour)[3] === 0;
    return isClear && element.parentElement ? behind(element.parentElement) : colour;
  };
  const texts = [
    ..."h1,h1 span,header p,.state,.compose label,.presets legend,#send,.presets button,dt,dd,.verdict".split(
      ",",
    ),
    ..."#clear,.event .way,.event .body,time,#close".split(","),
  ];
  return {
    background: getComputedStyle(document.body).backgroundColor,
    ratios: texts.map((selector) => {
      const element = document.querySelector(selector)!;
      const [one, other] = [luminance(getComputedStyle(element).color), luminance(behind(element))];
      return [selector, (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)];
    }),
  };
}

test("the state is announced, and everything can be reached with the keyboard", async () => {
  const page = await visit();
  expect(await page.locator("#state").getAttribute("aria-live")).toBe("polite");
  const reached: string[] = [];
  for (let i = 0; i < 14; i++) {
    reached.push(
      await page.evaluate(
        () =>
          document.activeElement?.id ||
          document.activeElement?.className ||
          document.activeElement?.textContent ||
          "",
      ),
    );
    await page.keyboard.press("Tab");
  }
  expect(reached).toEqual(
    expect.arrayContaining([
      "message",
      "send",
      "125 B",
      "100 × 20 B",
      "clear",
      "scroll",
      "code",
      "reason",
      "close",
    ]),
  );
});
