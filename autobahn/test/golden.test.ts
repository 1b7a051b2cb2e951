import { expect, test } from "vitest";
import { EchoPeer } from "./panel/echo-peer.ts";
import * as peers from "./panel/golden-peers.ts";
import { type Answer, acceptAnswer, startPanel } from "./panel/start-panel.ts";
import { countVerdicts, runCases } from "./support/run-cases.ts";

/** The cases that the genuine suite was run with against these servers. */
const patterns = [
  "1.*",
  "2.*",
  "3.*",
  "4.*",
  "5.*",
  "6.1.*",
  "6.2.*",
  "6.3.*",
  "6.4.*",
  "6.6.*",
  "6.20.*",
  "7.*",
  "10.*",
];
const informational = { "INFORMATIONAL / INFORMATIONAL": 3 };

const wrongAccept: Answer = () => acceptAnswer("dGhlIHNhbXBsZSBub25jZQ==", "");

/** What the genuine suite says of each. */
const golden: [string, typeof EchoPeer, Record<string, number>, Answer?][] = [
  [
    "a correct server that checks text at the end of a message",
    EchoPeer,
    { "OK / OK": 126, "NON-STRICT / OK": 4 },
  ],
  [
    "one that never drops TCP",
    peers.NoDrop,
    { "OK / FAILED BY CLIENT": 94, "OK / UNCLEAN": 32, "NON-STRICT / FAILED BY CLIENT": 4 },
  ],
  [
    "one that closes with 1000 for every error",
    peers.Code1000,
    { "OK / OK": 69, "OK / WRONG CODE": 45, "FAILED / WRONG CODE": 12, "NON-STRICT / WRONG CODE": 4 },
  ],
  [
    "one that ignores reserved bits",
    peers.RsvOk,
    { "OK / OK": 120, "FAILED / FAILED": 6, "NON-STRICT / OK": 4 },
  ],
  [
    "one that never sends a Pong",
    peers.Pongless,
    { "OK / OK": 113, "FAILED / OK": 13, "NON-STRICT / OK": 4 },
  ],
  [
    "one that echoes every message twice",
    peers.Dup,
    { "OK / OK": 78, "FAILED / OK": 48, "NON-STRICT / OK": 4 },
  ],
  ["one whose handshake is wrong", EchoPeer, { "FAILED / FAILED": 130 }, wrongAccept],
  ["one that checks text per frame", peers.FrameUtf8, { "OK / OK": 127, "NON-STRICT / OK": 3 }],
];

test.concurrent.each(golden)(
  "%s gets the verdicts that the genuine suite gives",
  async (_name, Peer, counts, answer) => {
    const server = await startPanel(Peer, answer);
    const results = await runCases(server.url, patterns);
    await server.close();
    expect(countVerdicts(results)).toEqual({ ...counts, ...informational });
  },
);
