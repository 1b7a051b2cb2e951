import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Random } from "../src/corpus/random.ts";
import { randomCutter } from "../src/wire/cutter.ts";
import { startEchoApp } from "./support/processes.ts";
import { countVerdicts, redCases, runCases } from "./support/run-cases.ts";

// The echo app of this repository: every case strict. `pnpm autobahn` runs all of them with all round trips.

const plain = ["1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "10.*"];
const big = ["9.1.*", "9.2.*", "9.3.1", "9.4.3", "9.5.1", "9.6.6", "9.7.*", "9.8.2"];
const compressed = [
  "12.1.2",
  "12.2.11",
  "12.3.4",
  "12.4.6",
  "12.5.12",
  "13.1.3",
  "13.2.4",
  "13.3.6",
  "13.4.7",
  "13.5.12",
  "13.6.2",
  "13.7.5",
];

/** The certificate for localhost that all tests have, or its key. */
const file = (name: string): string =>
  fileURLToPath(new URL(`../../tooling/conformance-certificate/${name}`, import.meta.url));

let echo: Awaited<ReturnType<typeof startEchoApp>>;
let secure: Awaited<ReturnType<typeof startEchoApp>>;

beforeAll(async () => {
  [echo, secure] = await Promise.all([
    startEchoApp(),
    startEchoApp("--tls-cert", file("cert.pem"), "--tls-key", file("key.pem")),
  ]);
});
afterAll(async () => {
  await Promise.all([echo.stop(), secure.stop()]);
});

test("every case but those of 9, 12 and 13 is strict", async () => {
  const results = await runCases(echo.url, plain);
  expect(redCases(results)).toEqual({});
  expect(countVerdicts(results)).toEqual({ "OK / OK": 244, "INFORMATIONAL / INFORMATIONAL": 3 });
});

test("big messages and compressed ones are OK", async () => {
  expect(redCases(await runCases(echo.url, [...big, ...compressed]))).toEqual({});
});

test("every case is strict over TLS", async () => {
  expect(redCases(await runCases(secure.url, [...plain, "9.1.3", "9.3.4", "12.1.5", "13.5.3"]))).toEqual({});
});

test("every case is strict when what is sent is cut at random", async () => {
  const cutterOf = (index: number) => randomCutter(new Random(4545 + index));
  const results = await runCases(echo.url, [...plain, "9.1.3", "12.1.5", "13.5.3"], 24, cutterOf);
  expect(redCases(results)).toEqual({});
});
