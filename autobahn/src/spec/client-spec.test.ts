import { expect, test } from "vitest";
import { readClientSpec } from "./client-spec.ts";
import { FileFault } from "./located-json.ts";
import { isExcluded } from "./selection.ts";
import { readServerSpec } from "./server-spec.ts";

// As the genuine suite writes it when there is none.
const usual = `{
   "outdir": "./reports/servers",
   "servers": [
      {"url": "ws://127.0.0.1:9001", "agent": "mine", "options": {"failByDrop": true}},
      {"url": "wss://127.0.0.1:9002/chat?x=1", "origin": "http://a", "protocols": ["b"], "hostname": "c"}
   ],
   "options": {"version": 18, "openHandshakeTimeout": 2},
   "cases": ["1.*", "6.4.1"],
   "exclude-cases": ["1.1.*"],
   "exclude-agent-cases": {"mine*": ["6.*"]}
}`;

test("it reads the genuine suite's file", () => {
  const spec = readClientSpec(usual);
  expect(spec.outdir).toBe("./reports/servers");
  expect(spec.cases.map(({ id }) => id).join(" ")).toBe(
    "1.2.1 1.2.2 1.2.3 1.2.4 1.2.5 1.2.6 1.2.7 1.2.8 6.4.1",
  );
  expect(spec.targets.map(({ url, agent, hostname }) => [url.href, agent, hostname])).toEqual([
    ["ws://127.0.0.1:9001/", "mine", undefined],
    ["wss://127.0.0.1:9002/chat?x=1", undefined, "c"],
  ]);
  // A server's own options come on top of those for all.
  expect(spec.targets.map(({ options }) => [options.failByDrop, options.openHandshakeTimeout])).toEqual([
    [true, 2],
    [false, 2],
  ]);
  expect(isExcluded(spec, "mine-2", "6.4.1")).toBe(true);
  expect(isExcluded(spec, "not mine", "6.4.1")).toBe(false);
});

test("a url given beside the file is the server when the file names none", () => {
  expect(readClientSpec('{"servers": [], "cases": ["1.1.1"]}', "ws://a:1").targets[0]?.url.href).toBe(
    "ws://a:1/",
  );
});

function faultOf(read: (text: string) => unknown, text: string): string {
  try {
    read(text);
  } catch (error) {
    if (error instanceof FileFault) return `${error.line}: ${error.message}`;
    throw error;
  }
  return "no fault";
}

test.each([
  ["[]", "1: the file has to be an object"],
  ['{"servers": []}', "1: cases is missing"],
  ['{"cases": ["*"],\n"servers": []}', "2: servers names no server"],
  ['{"cases": ["*"],\n"servers": {}}', "2: servers has to be an array"],
  ['{"cases": ["*"],\n"servers": [\n{"agent": "x"}]}', "3: url is missing"],
  ['{"cases": ["*"],\n"servers": [{\n"url": "http://x"}]}', "3: http://x is no ws:// or wss:// url"],
  ['{"cases": ["*"],\n"servers": [{"url": "ws://x",\n"agnet": "y"}]}', '3: a server has no field "agnet"'],
  ['{"cases": "*"}', "1: cases has to be an array of strings"],
  ['{"cases": [\n"1.*",\n"9.9.1"]}', "3: cases: there is no case 9.9.1"],
  ['{"cases": [\n"(*"]}', "2: cases: (* is no pattern"],
  ['{"cases": ["*"],\n"options": {"version": 13}}', "2: version can only be 18 here"],
  ['{"cases": ["*"],\n"options": {\n"failByDrop": 1}}', "3: failByDrop has to be true or false"],
  [
    '{"cases": ["*"],\n"options": {\n"openHandshakeTimeout": -1}}',
    "3: openHandshakeTimeout has to be a number of seconds, 0 or more",
  ],
  ['{"cases": ["*"],\n"options": {"foo": 1}}', '2: there is no option "foo"'],
  [
    '{"cases": ["*"],\n"options": {"maskServerFrames": true}}',
    "2: maskServerFrames is no option of a client",
  ],
  ['{"cases": ["*"],\n"caeses": []}', '2: a spec of a fuzzing client has no field "caeses"'],
])("%j is refused with its line and what is wrong", (text, fault) => {
  expect(faultOf((read) => readClientSpec(read), text)).toBe(fault);
});

test("a spec of a fuzzing server is read too", () => {
  const spec = readServerSpec(
    '{"url": "ws://127.0.0.1:9003", "outdir": "./x", "cases": ["1.1.1"], "exclude-cases": [], "exclude-agent-cases": {}, "options": {"requireMaskedClientFrames": false}}',
  );
  expect(spec).toMatchObject({
    url: "ws://127.0.0.1:9003",
    outdir: "./x",
    options: { requireMaskedClientFrames: false },
  });
});

test("an option of the other role is refused in a spec of a fuzzing server", () => {
  expect(faultOf(readServerSpec, '{"cases": ["*"],\n"options": {"maskClientFrames": true}}')).toBe(
    "2: maskClientFrames is no option of a server",
  );
});
