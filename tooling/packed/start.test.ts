import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const started = new Set<ChildProcess>();

/** `npm start` as a person types it, or another script, with what it has printed so far. */
class Start {
  readonly process: ChildProcess;
  output = "";

  constructor(script: "start" | "chat", ...options: string[]) {
    this.process = spawn("npm", ["run", script, "--", ...options], {
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
      const [url] = /(?:ws|http):\/\/[\w.:[\]]+/.exec(this.output) ?? [];
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
    const start = new Start("start", "--port", "0");
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
      const start = new Start("start", "--port", port);
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

describe("npm run chat", () => {
  test("serves the built page, and several workers of it are one chat", async () => {
    const start = new Start("chat", "--port", "0", "--workers", "2");
    const url = await start.url();
    const page = await (await fetch(url)).text();
    expect(page).toContain("<title>exws chat</title>");
    expect(await (await fetch(`${url}/main.js`)).text()).toContain("WebSocket(");
    const socket = new WebSocket(url.replace("http", "ws"));
    const heard: string[] = [];
    const joined = new Promise<void>((resolve) => {
      socket.onmessage = ({ data }) => {
        heard.push(JSON.parse(data).type);
        if (heard.at(-1) === "joined") resolve();
      };
    });
    await once(socket, "open");
    socket.send(JSON.stringify({ type: "hello", key: "k".repeat(20), nick: "Paul", colour: 0 }));
    socket.send(JSON.stringify({ type: "join", room: "lobby" }));
    await joined;
    expect(heard[0]).toBe("welcome");
    start.process.kill("SIGTERM");
    expect(await start.end(), start.output).toBe(0);
  });
});
