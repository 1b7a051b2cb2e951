import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const started = new Set<ChildProcess>();

/** `npm start` as a person types it, with what it has printed so far. */
class Start {
  readonly process: ChildProcess;
  output = "";

  constructor(...options: string[]) {
    this.process = spawn("npm", ["start", "--", ...options], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
    });
    started.add(this.process);
    const keep = (bytes: Buffer): void => {
      this.output += bytes;
    };
    this.process.stdout?.on("data", keep);
    this.process.stderr?.on("data", keep);
  }

  /** The first address that it prints. */
  async url(): Promise<string> {
    for (;;) {
      const [url] = /ws:\/\/[\w.:[\]]+/.exec(this.output) ?? [];
      if (url !== undefined) return url;
      await once(this.process.stdout!, "data");
    }
  }

  async end(): Promise<number | null> {
    const [code] = await once(this.process, "close");
    return code;
  }
}

afterEach(() => {
  for (const child of started) child.kill("SIGTERM");
  started.clear();
});

describe("npm start", () => {
  test.each(["SIGTERM", "SIGINT"] as const)("serves the echo until %s ends it, politely", async (signal) => {
    const start = new Start("--port", "0");
    const socket = new WebSocket(await start.url());
    const closed = once(socket, "close");
    await once(socket, "open");
    socket.send("hello");
    const [message] = await once(socket, "message");
    expect(message.data).toBe("hello");
    start.process.kill(signal);
    const [{ code }] = await closed;
    expect(code).toBe(1001);
    expect(await start.end(), start.output).toBe(0);
  });

  test("says in one line that a port is taken, and fails", async () => {
    const other = createServer();
    await once(other.listen(0, "127.0.0.1"), "listening");
    try {
      const address = other.address();
      const port = String(address !== null && typeof address === "object" ? address.port : 0);
      const start = new Start("--port", port);
      expect(await start.end(), start.output).toBe(1);
      expect(
        start.output.split("\n").filter((line) => line.includes(port) && !line.startsWith(">")),
      ).toHaveLength(1);
      expect(start.output).not.toMatch(/^\s+at /m);
    } finally {
      other.close();
    }
  });
});
