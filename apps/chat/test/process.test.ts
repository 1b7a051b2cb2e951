import { freePort, RedisServer } from "@exws/engines";
import { type Outcome, ProgramProcess } from "@exws/processes";
import { describe, expect, onTestFinished, test } from "vitest";
import { Peer } from "./support/peer.ts";

const main = new URL("../src/main.ts", import.meta.url);
const start = (...args: string[]): Promise<ProgramProcess> => ProgramProcess.start(main, ...args);
const run = (...args: string[]): Promise<Outcome> => ProgramProcess.run(main, ...args);
const wsUrl = ({ url }: ProgramProcess): string => url.replace("http", "ws");

test("it says where the page is, and serves it", async () => {
  const app = await start("--port", "0");
  expect(app.stdout).toMatch(/^exws chat on http:\/\/127\.0\.0\.1:\d+\/ \(Ctrl-C ends it\)\n$/);
  expect(await (await fetch(app.url)).text()).toContain("<title>exws chat</title>");
});

describe("not starting: one line on stderr, nothing on stdout", () => {
  async function fails(code: number, line: RegExp, ...args: string[]): Promise<void> {
    const result = await run(...args);
    expect(result).toEqual({ code, stdout: "", stderr: expect.stringMatching(/^exws-chat: [^\n]+\n$/) });
    expect(result.stderr).toMatch(line);
  }

  test("a taken port: exit code 1", async () => {
    const app = await start("--port", "0");
    await fails(1, /127\.0\.0\.1 port \d+ is taken/, "--port", `${app.port}`);
  });

  test("an address of another machine: exit code 1", async () => {
    await fails(1, /203\.0\.113\.7 is no address of this machine/, "--host", "203.0.113.7", "--port", "0");
  });

  test.each(["redis", "nats"])(
    "a bus that is not there: exit code 1, without the password (%s)",
    async (kind) => {
      const bus = `${kind}://me:secret@127.0.0.1:${await freePort()}`;
      const result = await run("--port", "0", "--bus", bus);
      expect(result).toMatchObject({ code: 1, stdout: "" });
      expect(result.stderr).toMatch(
        /^exws-chat: the bus \w+:\/\/me:\*\*\*@127\.0\.0\.1:\d+\/? cannot be used: [^\n]+\n$/,
      );
      expect(result.stderr).not.toContain("secret");
    },
  );

  test("a wrong option: exit code 2", async () => {
    await fails(2, /--port/, "--port", "many");
  });

  test("an origin that is none: exit code 2", async () => {
    await fails(2, /origin/, "--origin", "example", "--port", "0");
  });
});

describe("ending", () => {
  test.each(["SIGINT", "SIGTERM"] as const)(
    "%s closes every connection with 1001, exit code 0",
    async (signal) => {
      const app = await start("--port", "0");
      const peers = await Promise.all(["Paul", "Chani"].map((nick) => Peer.join(wsUrl(app), nick, "a")));
      app.child.kill(signal);
      for (const { ended } of peers) expect((await ended).code).toBe(1001);
      expect(await app.ended()).toBe(0);
      expect(app.stderr).toBe("");
    },
  );
});

describe("several workers", () => {
  test.each([
    ["by themselves", false],
    ["over a bus", true],
  ])("serve one port and one chat %s, until SIGTERM ends all of them", async (_, withEngine) => {
    const bus: string[] = [];
    if (withEngine) {
      const engine = await RedisServer.start();
      onTestFinished(() => engine[Symbol.asyncDispose]());
      bus.push("--bus", engine.url);
    }
    const app = await start("--port", "0", "--workers", "2", ...bus);
    // Who connects gets to one of them by chance: there are enough to be on both.
    const nicks = Array.from({ length: 20 }, (_, i) => `p${i}`);
    const peers = await Promise.all(nicks.map((nick) => Peer.join(wsUrl(app), nick, "a")));
    const servers = new Set(peers.map((peer) => peer.all("welcome")[0]?.server));
    expect(servers.size).toBe(2);
    peers[0]!.say({ type: "say", room: "a", id: "1", text: "to all" });
    for (const peer of peers) expect((await peer.next("said")).text).toBe("to all");
    app.child.kill("SIGTERM");
    for (const { ended } of peers) expect((await ended).code).toBe(1001);
    expect(await app.ended()).toBe(0);
  });
});
