import { createConnection } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket as WsSocket } from "ws";
import { catalogue } from "../src/catalogue/catalogue.ts";
import { selectCases } from "../src/catalogue/patterns.ts";
import { FuzzingServer } from "../src/tester/fuzzing-server.ts";
import { type AnySocket, runClient } from "./clients/echo-loop.ts";
import { redCases } from "./support/run-cases.ts";

const patterns = [
  "1.*",
  "2.*",
  "3.*",
  "4.*",
  "5.*",
  "6.1.*",
  "6.4.*",
  "6.6.*",
  "6.20.*",
  "7.*",
  "9.1.1",
  "10.*",
  "12.1.3",
  "13.1.3",
  "13.2.3",
  "13.3.3",
  "13.7.3",
];
const cases = selectCases(catalogue, patterns);
const late = ["6.4.1", "6.4.2", "6.4.3", "6.4.4"];

let server: FuzzingServer;
let url: string;
let updates = 0;
let stops = 0;

beforeAll(async () => {
  server = new FuzzingServer({
    selection: { cases, excludedFor: [{ agent: "left out", cases: ["1.*"] }] },
    port: 0,
    quick: true,
    updateReports: async () => {
      updates++;
    },
    onStop: () => {
      stops++;
    },
  });
  url = await server.listen();
});
afterAll(() => {
  void server.close();
});

const node = (address: string): AnySocket => new WebSocket(address) as AnySocket;
const ws = (address: string): AnySocket => new WsSocket(address) as unknown as AnySocket;

/** What a control path says, and the code it closes with. */
function ask(path: string): Promise<{ texts: unknown[]; code: number }> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url + path);
    const texts: unknown[] = [];
    socket.onmessage = ({ data }) => texts.push(data);
    socket.onclose = ({ code }) => resolve({ texts, code });
  });
}

test.each([
  ["Node", node],
  ["ws", ws],
])("the client of %s gets its verdicts: all OK, but text looked at late", async (name, open) => {
  await runClient(open, url, name, 16);
  const results = [...server.result.agents.get(name)!.values()];
  expect(results).toHaveLength(cases.length);
  const { "NON-STRICT / OK": notStrict = [], ...worse } = redCases(results);
  expect(worse).toEqual({});
  // When a client echoes late, a failure may overtake the echo: that is allowed, and depends on the machine.
  expect(notStrict.filter((id) => !/^[345]/.test(id))).toEqual(late);
  expect(updates).toBeGreaterThan(0);
});

test("the control paths answer as the genuine suite's do, and close without a code", async () => {
  expect(await ask("/getCaseCount")).toEqual({ texts: [String(cases.length)], code: 1005 });
  const info = { id: "5.19", description: expect.any(String) };
  expect(JSON.parse(String((await ask("/getCaseInfo?casetuple=5.19")).texts[0]))).toEqual(info);
  const first = { id: "1.1.1", description: expect.any(String) };
  expect(JSON.parse(String((await ask("/getCaseInfo?case=1")).texts[0]))).toEqual(first);
  // When both are there, the number wins.
  expect(JSON.parse(String((await ask("/getCaseInfo?case=1&casetuple=5.19")).texts[0]))).toEqual(first);
});

test("the verdict on a case can be asked for before the case is finished", async () => {
  const status = ask("/getCaseStatus?casetuple=5.19&agent=early");
  await new Promise<void>((resolve) => {
    const socket = new WebSocket(`${url}/runCase?casetuple=5.19&agent=early`);
    socket.onmessage = ({ data }) => socket.send(data);
    socket.onclose = () => resolve();
  });
  expect(await status).toEqual({ texts: ['{"behavior": "OK"}'.replace(" ", "")], code: 1005 });
});

test("a client that may not run a case is closed at once, and not in the report", async () => {
  expect(await ask("/runCase?casetuple=1.1.2&agent=left+out")).toEqual({ texts: [], code: 1005 });
  expect(server.result.agents.has("left out")).toBe(false);
});

test("other paths do what the client says in JSON", async () => {
  const socket = new WebSocket(`${url}/`);
  const texts: unknown[] = [];
  const closed = new Promise<unknown>((resolve) => {
    socket.onclose = resolve;
  });
  socket.onopen = () => {
    socket.send(JSON.stringify(["sendframe", { opcode: 1, payload: "one" }]));
    socket.send(
      JSON.stringify([
        "sendframes",
        [
          { opcode: 1, fin: false, payload: "t" },
          { opcode: 0, payload: "wo" },
        ],
      ]),
    );
    socket.send(JSON.stringify(["close", { code: 3001, reason: "bye" }]));
  };
  socket.onmessage = ({ data }) => texts.push(data);
  expect(await closed).toMatchObject({ code: 3001, reason: "bye" });
  expect(texts).toEqual(["one", "two"]);
});

/** The status that a request gets, as octets on the wire. */
function statusOf(path: string, headers: string[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = createConnection(Number(new URL(url).port), "127.0.0.1");
    let answer = "";
    socket.on("data", (chunk) => {
      answer += chunk;
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(answer.split(" ")[1] ?? "none"));
    socket.write([`GET ${path} HTTP/1.1`, "Host: x", ...headers, "", ""].join("\r\n"));
  });
}

const upgrade = [
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

test.each([
  ["/runCase?case=1", upgrade, "500"],
  ["/runCase?case=9999&agent=a", upgrade, "500"],
  ["/runCase?casetuple=8.1&agent=a", upgrade, "500"],
  ["/runCase?agent=a", upgrade, "500"],
  ["/runCase?case=1&case=2&agent=a", upgrade, "500"],
  ["/updateReports", upgrade, "500"],
  ["/getCaseCount", upgrade.slice(0, 3), "400"],
  ["/getCaseCount", upgrade.with(2, "Sec-WebSocket-Version: 8"), "426"],
  ["/", [], "200"],
  ["/reports/index.html", [], "404"],
  ["/reports/../package.json", [], "404"],
])("the request %s with %j gets the status %s", async (path, headers, status) => {
  expect(await statusOf(path, headers)).toBe(status);
});

test("a client may end the server", async () => {
  await ask("/updateReports?agent=Node&shutdownOnComplete=true");
  expect(stops).toBe(1);
  await ask("/stopServer");
  expect(stops).toBe(2);
});
