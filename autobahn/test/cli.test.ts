import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EchoPeer } from "./panel/echo-peer.ts";
import { FailFast, Pongless } from "./panel/golden-peers.ts";
import { type PanelServer, startPanel } from "./panel/start-panel.ts";
import { runCli } from "./support/processes.ts";

let folder: string;
let good: PanelServer;
let late: PanelServer;
let pongless: PanelServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "exws-autobahn-"));
  [good, late, pongless] = await Promise.all([
    startPanel(FailFast),
    startPanel(EchoPeer),
    startPanel(Pongless),
  ]);
});
afterAll(async () => {
  await Promise.all([good.close(), late.close(), pongless.close()]);
  await rm(folder, { recursive: true });
});

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

describe.concurrent("the command line", () => {
  test("tests a server by its url alone, sums up, and names the report", async () => {
    const outdir = join(folder, "alone");
    const { code, stdout, stderr } = await runCli(
      good.url.href,
      "--cases",
      "2.*,6.4.1",
      "--outdir",
      outdir,
      "--agent",
      "good",
    );
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout).toContain("12 cases: 12 OK");
    expect(stdout).toContain(join(outdir, "index.html"));
    expect(JSON.parse(await readFile(join(outdir, "index.json"), "utf8"))["good"]["2.1"]).toMatchObject({
      behavior: "OK",
      behaviorClose: "OK",
      remoteCloseCode: 1000,
      reportfile: "good_case_2_1.json",
    });
  });

  test("ends with 1 when a case is not OK, and says which", async () => {
    const { code, stdout, stderr } = await runCli(
      "server",
      late.url.href,
      "--cases",
      "6.4.*",
      "--outdir",
      join(folder, "late"),
    );
    expect(code).toBe(1);
    expect(stdout).toMatch(/6\.4\.2 +NON-STRICT/);
    expect(stderr).toContain("4 not as expected");
  });

  test("ends with 0 when the expectation file says so, and with 1 when it says more", async () => {
    const known = await file("known.json", '{"6.4.*": "NON-STRICT"}');
    const args = ["--cases", "6.4.*", "--outdir", join(folder, "known"), "--expect", known];
    expect((await runCli("server", late.url.href, ...args)).code).toBe(0);
    const { code, stderr } = await runCli("server", good.url.href, ...args);
    expect(code).toBe(1);
    expect(stderr).toContain("OK / OK, expected NON-STRICT");
  });

  test("reads the genuine suite's spec file, and tests each of its servers", async () => {
    const outdir = join(folder, "spec");
    const spec = {
      outdir,
      servers: [
        { agent: "one", url: good.url.href },
        { agent: "two", url: pongless.url.href },
      ],
      cases: ["2.*"],
      "exclude-cases": ["2.6", "2.10", "2.11"],
      "exclude-agent-cases": { "tw*": ["2.1"] },
    };
    const { code, stdout } = await runCli(
      "server",
      "--spec",
      await file("fuzzingclient.json", JSON.stringify(spec)),
    );
    expect(code).toBe(1);
    expect(stdout).toContain("8 cases: 8 OK");
    expect(stdout).toContain("7 cases: 3 OK, 4 FAILED / OK");
    const index = JSON.parse(await readFile(join(outdir, "index.json"), "utf8"));
    expect(Object.keys(index)).toEqual(["one", "two"]);
    expect(index["two"]["2.1"]).toBeUndefined();
  });

  test("writes JSON", async () => {
    const { stdout } = await runCli(
      good.url.href,
      "--cases",
      "1.1.1",
      "--reporter",
      "json",
      "--outdir",
      join(folder, "json"),
      "--agent",
      "a",
    );
    expect(JSON.parse(stdout).agents.a["1.1.1"]).toMatchObject({
      behavior: "OK",
      result: "What came is what was expected.",
    });
  });

  test("writes JUnit's XML", async () => {
    const { code, stdout } = await runCli(
      pongless.url.href,
      "--cases",
      "2.1,2.7",
      "--reporter",
      "junit",
      "--outdir",
      join(folder, "junit"),
    );
    expect(code).toBe(1);
    expect(stdout).toContain('<testsuites name="autobahn" tests="2" failures="1"');
    expect(stdout).toMatch(/<testcase [^>]*name="2\.1 [^>]*>\s*<failure message="FAILED \/ OK">/);
    expect(stdout).toMatch(/<testcase [^>]*name="2\.7 [^>]*\/>/);
  });

  test("runs cases more than once, and cut at places that a number gives", async () => {
    const args = [
      "--cases",
      "1.1.3,5.6",
      "--repeat",
      "3",
      "--chop",
      "random",
      "--seed",
      "7",
      "--outdir",
      join(folder, "chop"),
    ];
    const { code, stdout } = await runCli(good.url.href, ...args);
    expect(code).toBe(0);
    expect(stdout).toContain("cut at random places (seed 7)");
    expect(stdout).toContain("Every case ran 3 times");
  });

  test("lists the cases", async () => {
    const { stdout } = await runCli("cases", "6.4.*");
    expect(stdout.match(/^6\.4\.\d .+\.$/gm)).toHaveLength(4);
  });
});

describe.concurrent("what cannot be is told in one line, with exit code 2:", () => {
  test.each([
    [["http://127.0.0.1/"], "http://127.0.0.1/ is no ws:// or wss:// url"],
    [["server"], "name the server's url, or a file with --spec (see --help)"],
    [["ws://127.0.0.1", "--cases", "1.1.9"], "there is no case 1.1.9"],
    [["ws://127.0.0.1", "--cases", "1.*", "--exclude", "*"], "no case is selected"],
    [["ws://127.0.0.1", "--concurrency", "0"], "It must be more than 0."],
    [["ws://127.0.0.1", "--seed", "1"], "--seed goes with --chop random"],
    [["ws://127.0.0.1", "--spec", "/nowhere.json"], "/nowhere.json: there is no such file"],
    [["ws://127.0.0.1", "--foo"], "unknown option '--foo'"],
  ])("%j", async (args, reason) => {
    const { code, stdout, stderr } = await runCli(...args);
    expect(stderr).toMatch(/^exws-autobahn: /);
    expect(stderr).toContain(reason);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });

  test("a broken file, with its line", async () => {
    const broken = await file("broken.json", '{\n  "servers": [],\n  "cases": ["*"],\n}');
    const { code, stderr } = await runCli("server", "--spec", broken);
    expect(stderr).toBe(
      `exws-autobahn: ${broken}:4: a name in quotes or "}" is expected, but "}" stands there\n`,
    );
    expect(code).toBe(2);
  });
});

describe.concurrent("a server", () => {
  test("that nobody can reach is named, and nothing is written", async () => {
    const outdir = join(folder, "nobody");
    const gone = await startPanel(EchoPeer);
    await gone.close();
    const { code, stderr } = await runCli(gone.url.href, "--outdir", outdir);
    expect(code).toBe(1);
    expect(stderr).toContain("cannot be reached: the connection was refused (ECONNREFUSED)");
    await expect(readdir(outdir)).rejects.toThrow("ENOENT");
  });

  test.each([
    [
      "that refuses the handshake",
      "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
      "the server answered 403 Forbidden",
    ],
    ["that is no HTTP server", "SSH-2.0-OpenSSH_9.2\r\n\r\n", "the answer is not HTTP/1.1"],
    ["that drops TCP", undefined, "the server dropped TCP during the opening handshake"],
  ])("%s fails every case at once", async (_name, answer, reason) => {
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => (answer === undefined ? socket.destroy() : socket.end(answer)));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const { code, stdout } = await runCli(
      `ws://127.0.0.1:${port}`,
      "--cases",
      "1.1.*,7.1.6,12.1.1",
      "--outdir",
      join(folder, "refuses"),
    );
    server.close();
    expect(code).toBe(1);
    expect(stdout).toContain(reason);
    expect(stdout).toContain("10 cases: 1 INFORMATIONAL, 9 FAILED");
  });

  test("that never answers, and one that dies in the middle: each case ends in its time, and the run goes on", async () => {
    let connections = 0;
    const server = createServer((socket) => {
      socket.on("error", () => {});
      // The first connection is the look whether somebody is there.
      if (++connections === 3) server.close();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const args = [
      "--cases",
      "1.1.1,1.1.2,1.1.3",
      "--concurrency",
      "1",
      "--timeout",
      "1",
      "--outdir",
      join(folder, "dies"),
    ];
    const { code, stdout } = await runCli(`ws://127.0.0.1:${port}`, ...args);
    expect(code).toBe(1);
    expect(stdout).toContain("nothing came of it within 1 s");
    expect(stdout).toContain("the connection was refused (ECONNREFUSED)");
    expect(stdout).toContain("3 cases: 3 FAILED");
  });
});
