import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launchChromium } from "@exws/processes";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { catalogue } from "../src/catalogue/catalogue.ts";
import { selectCases } from "../src/catalogue/patterns.ts";
import { writeReports } from "../src/report/write-reports.ts";
import { defaultOptions } from "../src/tester/protocol-options.ts";
import { testServers } from "../src/tester/test-servers.ts";
import { agreeing, DeflatePeer } from "./panel/deflate-peers.ts";
import { EchoPeer } from "./panel/echo-peer.ts";
import { Pongless } from "./panel/golden-peers.ts";
import { startPanel } from "./panel/start-panel.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "exws-autobahn-"));
  const servers = await Promise.all([
    startPanel(EchoPeer),
    startPanel(Pongless),
    startPanel(DeflatePeer, agreeing("")),
  ]);
  const agents = ["Good 1.0", "Pong<less>", "Deflate"];
  const cases = selectCases(catalogue, ["1.1.2", "2.2", "5.6", "5.19", "6.4.3", "7.5.1", "9.1.1", "12.1.3"]);
  const targets = servers.map(({ url }, n) => ({
    url,
    agent: agents[n]!,
    protocols: [],
    options: defaultOptions,
  }));
  const result = await testServers(
    targets,
    { cases, excludedFor: [{ agent: "D*", cases: ["[2-9].*"] }] },
    { quick: true },
  );
  await writeReports(result, { outdir: folder, version: "1.2.3" });
  await Promise.all(servers.map((server) => server.close()));
});
afterAll(() => rm(folder, { recursive: true }));

const json = async (name: string): Promise<Record<string, unknown>> =>
  JSON.parse(await readFile(join(folder, `${name}.json`), "utf8"));

describe("the JSON", () => {
  test("index.json has each agent's cases with the genuine fields", async () => {
    const index = await json("index");
    expect(Object.keys(index)).toEqual(["Deflate", "Good 1.0", "Pong<less>"]);
    expect(index["Pong<less>"]).toMatchObject({
      "2.2": {
        behavior: "FAILED",
        behaviorClose: "OK",
        duration: expect.any(Number),
        remoteCloseCode: null,
        reportfile: "pong_less__case_2_2.json",
      },
    });
  });

  test("it is written as the genuine suite writes it: keys sorted, indented by three", async () => {
    const text = await readFile(join(folder, "good_1_0_case_2_2.json"), "utf8");
    expect(text).toMatch(/^{\n {3}"agent": "Good 1.0",\n {3}"behavior": "OK"/);
    const keys = Object.keys(JSON.parse(text));
    expect(keys).toEqual(keys.toSorted());
  });

  test("a case's file has exactly the genuine fields", async () => {
    expect(Object.keys(await json("good_1_0_case_2_2"))).toEqual(
      (
        "agent behavior behaviorClose case closedByMe createStats createWirelog description droppedByMe duration " +
        "expectation expected expectedClose failedByMe httpRequest httpResponse id isServer localCloseCode " +
        "localCloseReason received remoteCloseCode remoteCloseReason reportCompressionRatio reportTime result " +
        "resultClose rxFrameStats rxOctetStats started trafficStats txFrameStats txOctetStats wasClean " +
        "wasCloseHandshakeTimeout wasNotCleanReason wasOpenHandshakeTimeout wasServerConnectionDropTimeout wirelog"
      ).split(" "),
    );
  });

  test("events, frames and octets are there as the genuine suite has them", async () => {
    const report = await json("good_1_0_case_5_6");
    expect(report).toMatchObject({
      case: 50,
      isServer: false,
      expected: {
        OK: [
          ["pong", "ping payload"],
          ["message", "fragment1fragment2", false],
        ],
      },
      expectedClose: { closedByMe: true, closeCode: [1000], requireClean: true },
      received: [
        ["pong", "ping payload"],
        ["message", "fragment1fragment2", false],
      ],
      rxFrameStats: { "1": 1, "8": 1, "10": 1 },
      txFrameStats: { "0": 1, "1": 1, "8": 1, "9": 1 },
      closedByMe: true,
      failedByMe: false,
      droppedByMe: false,
      wasClean: true,
      wasNotCleanReason: null,
      localCloseCode: 1000,
      remoteCloseCode: 1000,
      trafficStats: null,
    });
    const rows = report["wirelog"] as unknown[][];
    expect(rows.filter(([kind]) => kind === "TF").slice(0, 3)).toEqual([
      ["TF", [9, "fragment1"], 1, false, 0, expect.stringMatching(/^[0-9a-f]{8}$/), null, null, false],
      ["TF", [12, "ping payload"], 9, true, 0, expect.stringMatching(/^[0-9a-f]{8}$/), null, null, false],
      ["TF", [9, "fragment2"], 0, true, 0, expect.stringMatching(/^[0-9a-f]{8}$/), null, null, false],
    ]);
    expect(rows).toContainEqual(["RF", [12, "ping payload"], 10, true, 0, false, null]);
    expect(rows).toContainEqual(["TI", 1]);
    // How much one read brings is up to TCP.
    const reads = rows.flatMap(([kind, octets]) => (kind === "RO" ? [String(octets)] : []));
    expect(reads.join()).toContain("8a0c70696e67207061796c6f6164");
  });

  test("pauses, and the log that is off during a big message, are rows of their own", async () => {
    const { wirelog } = await json("good_1_0_case_6_4_3");
    expect(wirelog).toContainEqual(["CT", 1, "A"]);
    expect(wirelog).toContainEqual(["CTE", "B"]);
    expect(wirelog).toContainEqual(["KL", 1]);
    const big = await json("good_1_0_case_9_1_1");
    expect(big["wirelog"]).toContainEqual(["WLM", false]);
    expect(big["reportTime"]).toBe(true);
  });

  test("a reason that is no text is shown in digits", async () => {
    expect((await json("good_1_0_case_7_5_1"))["localCloseReason"]).toBe(
      "0xcebae1bdb9cf83cebcceb5eda080656469746564",
    );
  });

  test("compressed cases have traffic statistics", async () => {
    const report = await json("deflate_case_12_1_3");
    expect(report["trafficStats"]).toMatchObject({
      outgoingWebSocketMessages: 50,
      incomingWebSocketMessages: 50,
      outgoingOctetsAppLevel: 12_800,
      incomingOctetsAppLevel: 12_800,
      preopenOutgoingOctetsWireLevel: expect.any(Number),
    });
  });
});

describe("the pages", () => {
  let browser: Browser;
  const asked: string[] = [];

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  const open = async (name: string, width = 1200) => {
    const page = await browser.newPage({ viewport: { width, height: 800 } });
    page.on("pageerror", (error) => asked.push(error.message));
    page.on("request", (request) => asked.push(request.url()));
    await page.goto(`file://${join(folder, name)}`);
    return page;
  };

  test("are readable on a phone, and need nothing from the network", async () => {
    const cases = ["good_1_0_case_6_4_3", "good_1_0_case_9_1_1", "pong_less__case_2_2", "deflate_case_1_1_2"];
    for (const name of ["index", ...cases].map((one) => `${one}.html`)) {
      const page = await open(name, 360);
      expect(await page.evaluate("document.documentElement.scrollWidth"), name).toBe(360);
      await page.close();
    }
    expect(asked.filter((url) => !url.startsWith("file:") && !url.startsWith("data:"))).toEqual([]);
  });

  test("show every case of every agent, and filter them by words and verdicts", async () => {
    const page = await open("index.html");
    const rows = page.locator("tr[data-text]:visible");
    await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })");
    expect(await rows.count()).toBe(8);
    expect(await page.locator("td.verdict").count()).toBe(8 + 8 + 2);
    await page.fill("#words", "ping");
    expect(await rows.locator("td.id").allTextContents()).toEqual(["2.2", "5.6", "5.19"]);
    await page.fill("#words", "6.4");
    expect(await rows.locator("td.id").allTextContents()).toEqual(["6.4.3"]);
    await page.fill("#words", "");
    await page.selectOption("#kind", "bad");
    // The first is that of the server that agrees to compression without being asked.
    expect(await rows.locator("td.id").allTextContents()).toEqual(["1.1.2", "2.2", "5.6", "5.19"]);
    await page.close();
  });

  test("lead from a case to what was on the wire", async () => {
    const page = await open("index.html");
    await page.click('a[href="pong_less__case_2_2.html"] >> visible=true');
    expect(await page.textContent("h1")).toBe("2.2 A Ping with a short text.");
    expect(await page.textContent("header")).toContain("Pong<less>");
    expect(await page.locator(".frames tr.out").first().textContent()).toContain("Hello, world!");
    expect(await page.locator(".hexdump").first().textContent()).toContain("GET / HTTP/1.1".slice(0, 8));
    await page.close();
  });
});
