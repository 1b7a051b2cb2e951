import { access, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Outcome, ProgramProcess } from "@exws/processes";
import { describe, expect, onTestFinished, test } from "vitest";
import { closed, next, open } from "./support/web-socket.ts";

/** The certificate for localhost that all tests have, or its key. */
const certificateFile = (name: string): string =>
  fileURLToPath(new URL(`../../../tooling/conformance-certificate/${name}`, import.meta.url));
const [certFile, keyFile] = [certificateFile("cert.pem"), certificateFile("key.pem")];

const main = new URL("../src/main.ts", import.meta.url);
const start = (...args: string[]): Promise<ProgramProcess> => ProgramProcess.start(main, ...args);
const run = (...args: string[]): Promise<Outcome> => ProgramProcess.run(main, ...args);

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "exws-echo-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

describe("starting", () => {
  test("two lines tell where WebSockets and the page are, and messages come back", async () => {
    const app = await start("--port", "0");
    const socket = await open(app.url);
    socket.send("hello");
    expect(await next(socket)).toBe("hello");
    expect(app.stdout).toBe(
      `exws echo on ws://127.0.0.1:${app.port}\nTry it on http://127.0.0.1:${app.port}/ (Ctrl-C ends it)\n`,
    );
    expect(app.stderr).toBe("");
  });

  test("on a Unix socket, which is gone after the end", async () => {
    const path = join(await temporaryFolder(), "echo.sock");
    const app = await start("--path", path);
    expect(app.stdout).toBe(`exws echo on ws+unix:${path}\n`);
    const socket = await open(`ws+unix:${path}`);
    socket.send("hello");
    expect(await next(socket)).toBe("hello");
    app.child.kill("SIGTERM");
    expect(await app.ended()).toBe(0);
    await expect(access(path)).rejects.toThrow("ENOENT");
  });

  test("with TLS", async () => {
    const app = await start("--port", "0", "--tls-cert", certFile, "--tls-key", keyFile);
    expect(app.stdout).toContain(`exws echo on wss://127.0.0.1:${app.port}\nTry it on https://127.0.0.1:`);
    const socket = await open(app.url, { rejectUnauthorized: false });
    socket.send("hello");
    expect(await next(socket)).toBe("hello");
  });
});

describe("not starting: one line on stderr, nothing on stdout", () => {
  async function fails(code: number, line: RegExp, ...args: string[]): Promise<void> {
    const result = await run(...args);
    expect(result).toEqual({ code, stdout: "", stderr: expect.stringMatching(/^exws-echo: [^\n]+\n$/) });
    expect(result.stderr).toMatch(line);
  }

  test("a taken port: exit code 1", async () => {
    const app = await start("--port", "0");
    await fails(1, /127\.0\.0\.1 port \d+ is taken/, "--port", `${app.port}`);
  });

  test("a taken Unix socket: exit code 1", async () => {
    const path = join(await temporaryFolder(), "echo.sock");
    await start("--path", path);
    await fails(1, /echo\.sock is taken/, "--path", path);
  });

  test("an address of another machine: exit code 1", async () => {
    await fails(1, /203\.0\.113\.7 is no address of this machine/, "--host", "203.0.113.7", "--port", "0");
  });

  test("a certificate that is not there: exit code 1", async () => {
    await fails(
      1,
      /none\.pem cannot be read: there is no such file/,
      ...["--tls-cert", "none.pem", "--tls-key", keyFile],
    );
  });

  test("a certificate that is none: exit code 1", async () => {
    const file = join(await temporaryFolder(), "cert.pem");
    await writeFile(file, "nothing of the kind");
    await fails(1, /cert\.pem.* cannot be used/, "--tls-cert", file, "--tls-key", keyFile);
  });

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
      const sockets = await Promise.all(Array.from({ length: 10 }, () => open(app.url)));
      const ends = sockets.map(closed);
      app.child.kill(signal);
      expect(await Promise.all(ends)).toEqual(Array(10).fill({ code: 1001, reason: "" }));
      expect(await app.ended()).toBe(0);
      expect(app.stderr).toBe("");
    },
  );

  test("a message that was sent before the signal still comes back", async () => {
    const app = await start("--port", "0");
    const socket = await open(app.url);
    const echo = next(socket);
    socket.send("x".repeat(1_000_000));
    expect(String(await echo)).toHaveLength(1_000_000);
    const end = closed(socket);
    app.child.kill("SIGTERM");
    expect((await end).code).toBe(1001);
    expect(await app.ended()).toBe(0);
  });

  test("a second signal ends it at once, whoever is still there", async () => {
    const app = await start("--port", "0");
    const socket = await open(app.url);
    // This client never answers the Close frame, because it never reads it.
    socket.pause();
    app.child.kill("SIGINT");
    // The listener is closed first of all: from then on the app is draining.
    await expect.poll(() => open(app.url).then(Boolean, () => false)).toBe(false);
    expect(app.child.exitCode).toBeNull();
    app.child.kill("SIGINT");
    expect(await app.ended()).toBe(130);
    socket.terminate();
  });
});
