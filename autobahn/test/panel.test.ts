import type { Socket } from "node:net";
import { beforeAll, expect, test } from "vitest";
import { isClean } from "../src/report/goodness.ts";
import type { CaseResult } from "../src/tester/case-result.ts";
import * as broken from "./panel/broken-peers.ts";
import * as deflate from "./panel/deflate-peers.ts";
import type { EchoPeer } from "./panel/echo-peer.ts";
import { deflateRed, red } from "./panel/expected-red.ts";
import * as golden from "./panel/golden-peers.ts";
import { startPanel } from "./panel/start-panel.ts";
import { redCases, runCases } from "./support/run-cases.ts";

/** Cases of every kind but those that take long: by pauses of their own, or by waiting 10 s for an echo. */
const patterns = [
  "1.1.1",
  "1.1.3",
  "1.1.5",
  "1.2.3",
  "2.*",
  "3.*",
  "4.*",
  "5.1",
  "5.2",
  "5.[3-9]*",
  "5.1[0-8]*",
  "6.1.*",
  "6.2.*",
  "6.3.*",
  "6.6.1",
  "6.6.2",
  "6.7.1",
  "6.20.1",
  "6.22.1",
  "6.22.34",
  "7.1.1",
  "7.1.2",
  "7.1.3",
  "7.1.4",
  "7.1.5",
  "7.3.*",
  "7.5.1",
  "7.7.1",
  "7.7.13",
  "7.9.1",
  "7.9.4",
  "7.9.9",
];

type PeerClass = new (socket: Socket) => EchoPeer;

const peers = new Map<string, PeerClass>([...Object.entries(broken), ...Object.entries(golden)]);
const { agreeing, ...deflateClasses } = deflate;
const deflatePeers = new Map<string, PeerClass>(Object.entries(deflateClasses));

/** These depend on what TCP joins: only cases whose frames leave in one write are looked at. */
const sensitive = ["LosesPendingFrame", "EchoAfterClose", "PongAfterClose", "LifoPongs"];

/** Most of the time of a run is waiting, so many run at the same time. */
const runs = new Map<string, Promise<Record<string, string>>>();
const slots = Array.from({ length: 8 }, () => Promise.resolve());

function begin(name: string, run: () => Promise<Record<string, string>>): void {
  const slot = runs.size % slots.length;
  const promise = slots[slot]!.then(run);
  promise.catch(() => {});
  slots[slot] = promise.then(
    () => {},
    () => {},
  );
  runs.set(name, promise);
}

async function redOf(name: string): Promise<Record<string, string>> {
  const server = await startPanel(peers.get(name)!);
  const results = await runCases(server.url, patterns);
  await server.close();
  const found = redCases(sensitive.includes(name) ? results.filter(leavesAtOnce) : results);
  return joined(found);
}

async function redOfDeflate(parameters: string, name: string): Promise<Record<string, string>> {
  const server = await startPanel(deflatePeers.get(name)!, agreeing(parameters));
  const results = await runCases(server.url, ["12.1.1", "12.1.4", "12.1.11", "12.2.4", "12.4.6", "13.3.6"]);
  await server.close();
  return joined(redCases(results));
}

beforeAll(() => {
  for (const name of Object.keys(red)) begin(name, () => redOf(name));
  for (const [parameters, name] of deflateRed) begin(parameters + name, () => redOfDeflate(parameters, name));
});

test("the panel has more than twenty servers whose faults show, each in its own way", () => {
  const showing = Object.values(red).filter((verdicts) => Object.keys(verdicts).length > 0);
  expect(new Set(showing.map((verdicts) => JSON.stringify(verdicts))).size).toBeGreaterThan(20);
});

test.each(Object.entries(red))("%s turns exactly its cases red", async (name, verdicts) => {
  expect(await runs.get(name)).toEqual(verdicts);
});

test.each(deflateRed)(
  'with "%s" agreed, %s turns exactly its cases red',
  async (parameters, name, verdicts) => {
    expect(await runs.get(parameters + name)).toEqual(verdicts);
  },
);

test("a server that floods ends no case late", async () => {
  const server = await startPanel(broken.Floods);
  const results = await runCases(server.url, ["1.1.1", "6.1.1", "6.6.1"]);
  await server.close();
  expect(results.map(isClean)).toEqual([false, false, false]);
  for (const { duration } of results) expect(duration).toBeLessThan(15_000);
});

function leavesAtOnce({ case: { steps } }: CaseResult): boolean {
  return steps.every((step) => step.do !== "frame" || (step.chop === undefined && step.sync === undefined));
}

function joined(cases: Record<string, string[]>): Record<string, string> {
  return Object.fromEntries(Object.entries(cases).map(([verdicts, ids]) => [verdicts, ids.join(" ")]));
}
