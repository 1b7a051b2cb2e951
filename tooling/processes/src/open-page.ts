import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { expect, onTestFinished } from "vitest";

/** How a page is opened. */
export type PageOptions = BrowserContextOptions & {
  /** Complaints of the browser that this test brings about. */
  expected?: RegExp | undefined;
};

/**
 * Opens a page in a browser of its own, without motion, until the test is over. Whatever the browser complains about, a file or a style
 * that the policy forbids and a request to another server among it, fails the test.
 */
export async function openPage(
  browser: Browser,
  url: string,
  { expected, ...options }: PageOptions = {},
): Promise<Page> {
  const context = await browser.newContext({ reducedMotion: "reduce", ...options });
  const complaints: string[] = [];
  onTestFinished(async () => {
    await context.close();
    expect(complaints.filter((text) => expected === undefined || !expected.test(text))).toEqual([]);
  });
  context.on("weberror", (error) => complaints.push(error.error().message));
  context.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  context.on("request", (request) => {
    if (!request.url().startsWith(new URL("/", url).href)) complaints.push(request.url());
  });
  const page = await context.newPage();
  await page.goto(url);
  return page;
}
