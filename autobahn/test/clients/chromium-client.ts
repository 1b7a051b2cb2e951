import { chromium } from "playwright-core";

// Run by hand: exws-autobahn client --run node test/clients/chromium-client.ts
const url = process.argv[2]!.replace(/^ws/, "http");
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});
const page = await browser.newPage();
await page.goto(url);
await page.click("#start");
await page.waitForFunction('document.getElementById("state").textContent === "done"', undefined, {
  timeout: 3_600_000,
});
await browser.close();
