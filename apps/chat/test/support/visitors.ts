import { launchChromium, openPage, type PageOptions } from "@exws/processes";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { keyOf } from "./peer.ts";

let browser: Browser;

/** Starts Chromium for the tests of a file. */
export function useChromium(): void {
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());
}

/** How somebody visits the chat. */
export type VisitOptions = PageOptions & {
  /** The nick; without it the page asks. */
  nick?: string;
  colour?: number;
};

/** Somebody's browser at a page of the chat, as another person than all others. */
export async function visit(url: string, { nick, colour = 0, ...options }: VisitOptions): Promise<Visit> {
  const origins = nick === undefined ? [] : [knownAs(url, nick, colour)];
  const storageState = { cookies: [], origins };
  const visitor = new Visit(await openPage(browser, url, { locale: "en-GB", storageState, ...options }));
  if (nick !== undefined) await visitor.connected();
  return visitor;
}

/** What a browser remembers of somebody who was there before. */
function knownAs(
  url: string,
  nick: string,
  colour: number,
): { origin: string; localStorage: { name: string; value: string }[] } {
  const identity = { key: keyOf(nick.replace(/\W/g, "_")), nick, colour };
  const { origin } = new URL(url);
  return { origin, localStorage: [{ name: "exws-chat-identity", value: JSON.stringify(identity) }] };
}

/** What somebody does and sees on the page. */
export class Visit {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Another tab of the same browser. */
  async secondTab(url: string): Promise<Visit> {
    const page = await this.page.context().newPage();
    await page.goto(url);
    const visit = new Visit(page);
    await visit.connected();
    return visit;
  }

  /** Waits until the page shows a state of the connection. */
  async state(text: string): Promise<void> {
    await this.page.locator(`#state-text:text-is("${text}")`).waitFor();
  }

  /** Waits until it is connected, and its room is there. */
  async connected(): Promise<void> {
    await this.state("Connected");
    await this.page.locator('#scroll[aria-busy="false"]').waitFor();
  }

  /** What the page calls its server. */
  server(): Promise<string | null> {
    return this.page.locator("#state").getAttribute("data-server");
  }

  async say(text: string): Promise<void> {
    await this.page.fill("#text", text);
    await this.page.press("#text", "Enter");
  }

  /** Waits until a message is shown as said. */
  async sees(text: string): Promise<void> {
    await this.page.locator(".said:not(.unsent) .text", { hasText: text }).first().waitFor();
  }

  /** The texts of all messages that are shown, unsent ones in brackets. */
  messages(): Promise<string[]> {
    return this.page.locator("#log .said").evaluateAll((all) =>
      all.map((item) => {
        const text = item.querySelector(".text")?.textContent ?? "";
        return item.classList.contains("unsent") ? `[${text}]` : text;
      }),
    );
  }

  /** What stands between the messages. */
  dividers(): Promise<string[]> {
    return this.page.locator("#log .divider:not(.day)").allTextContents();
  }

  /** Who is shown to be here. */
  people(): Promise<string[]> {
    return this.page.locator("#people-list .name").allTextContents();
  }

  /** Waits until just these are here, in any order. */
  async seesPeople(...nicks: string[]): Promise<void> {
    await expect.poll(async () => (await this.people()).sort(), { timeout: 25_000 }).toEqual(nicks.sort());
  }
}
