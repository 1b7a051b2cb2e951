import { expect, test } from "vitest";
import { startNpmPeer } from "./support/npm-peers.ts";
import { redCases, runCases } from "./support/run-cases.ts";

const late = "6.4.1 6.4.2 6.4.3 6.4.4".split(" ");
/** All that is small, and one case of each kind of what is big or compressed. */
const small = ["1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "10.*"];
const big = [
  "9.1.3",
  "9.2.2",
  "9.3.1",
  "9.3.2",
  "9.3.3",
  "9.4.1",
  "9.4.2",
  "9.4.6",
  "9.5.4",
  "9.6.6",
  "9.7.2",
  "9.8.3",
];
const compressed = [
  "12.1.1",
  "12.2.4",
  "12.4.11",
  "13.1.3",
  "13.2.3",
  "13.3.3",
  "13.4.3",
  "13.5.3",
  "13.6.3",
  "13.7.3",
];

// What the genuine suite says of these versions, but for websocket and faye-websocket only 1 to 7 and 10 are known.
test.concurrent.each([
  ["ws", { "NON-STRICT / OK": late, "FAILED / FAILED": ["9.3.1", "9.3.2", "9.4.1", "9.4.2"] }],
  ["faye-websocket", { "NON-STRICT / OK": late, "UNIMPLEMENTED / OK": compressed }],
  ["websocket", { "NON-STRICT / OK": late, "UNIMPLEMENTED / OK": compressed }],
])("%s gets the verdicts of the genuine suite", async (name, verdicts) => {
  const peer = await startNpmPeer(name);
  const results = await runCases(peer.url, [...small, ...big, ...compressed], 16);
  await peer.close();
  expect(results).toHaveLength(247 + big.length + compressed.length);
  expect(redCases(results)).toEqual(verdicts);
});
