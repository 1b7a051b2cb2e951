import { execFile } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { cert, key } from "../support/certificate.ts";
import { sampleAccept, sampleKey } from "../support/http-bytes.ts";
import { attached, portOf, startHttp } from "../support/http-server.ts";
import { start, type TestOptions } from "../support/start.ts";

/** Runs curl; the output has the response's head in front. `code` is curl's own exit code. */
function curl(...args: string[]): Promise<{ code: number; output: string; head: string; body: string }> {
  return new Promise((resolve) => {
    const command = process.env["EXWS_CURL"] ?? "curl";
    const all = ["--silent", "--include", "--max-time", "5", ...args];
    execFile(command, all, { encoding: "latin1", maxBuffer: 2_000_000 }, (error, output) => {
      const [head = "", ...body] = output.split("\r\n\r\n");
      resolve({ code: error === null ? 0 : Number(error.code), output, head, body: body.join("\r\n\r\n") });
    });
  });
}

const upgrade = [
  ...["--http1.1", "--header", "Connection: Upgrade", "--header", "Upgrade: websocket"],
  ...["--header", "Sec-WebSocket-Version: 13", "--header", `Sec-WebSocket-Key: ${sampleKey}`],
];

const page: TestOptions = {
  request: ({ path, query, headers }) => ({
    headers: { "Content-Type": "text/plain" },
    body: `${path} ${query} ${headers.get("x-a")}`,
  }),
};

describe("curl, plain HTTP", () => {
  test("without a request callback gets 426 and is told what to ask for", async () => {
    const { server } = await start();
    const { code, head } = await curl(server.url.replace("ws", "http"));
    expect(code).toBe(0);
    expect(head).toMatch(/^HTTP\/1\.1 426 /);
    expect(head).toMatch(/^Upgrade: websocket\r?$/im);
    expect(head).toMatch(/^Connection: .*\bclose\b/im);
  });

  test("gets what the request callback answers", async () => {
    const { server } = await start(page);
    const { code, head, body } = await curl(
      "--header",
      "X-A: 1",
      `${server.url.replace("ws", "http")}/a?b=c`,
    );
    expect(code).toBe(0);
    expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(body).toBe("/a b=c 1");
  });

  test("gets a megabyte whole", async () => {
    const { server } = await start({ request: () => ({ body: "x".repeat(1_000_000) }) });
    const { code, body } = await curl(server.url.replace("ws", "http"));
    expect(code).toBe(0);
    expect(body).toHaveLength(1_000_000);
  });

  test("over TLS, with the certificate checked by name", async () => {
    const { server, target } = await start({ ...page, tls: { key, cert } });
    expect(server.url).toMatch(/^wss:/);
    const { port } = target as { port: number };
    const file = join(tmpdir(), `exws-curl-${process.pid}.pem`);
    await writeFile(file, cert);
    onTestFinished(() => rm(file));
    const { code, head } = await curl("--cacert", file, `https://localhost:${port}/`);
    expect(code).toBe(0);
    expect(head).toMatch(/^HTTP\/1\.1 200 /);
  });

  test("over a Unix socket", async () => {
    const path = join(tmpdir(), `exws-curl-${process.pid}.sock`);
    await start({ ...page, path });
    const { code, body } = await curl("--unix-socket", path, "http://localhost/over");
    expect(code).toBe(0);
    expect(body).toBe("/over  undefined");
  });

  test.each([
    ["POST with a body", ["--data", "a=b"], 405],
    ["POST without one", ["--request", "POST"], 405],
    ["PUT without a body", ["--request", "PUT"], 405],
    ["HTTP/1.0", ["--http1.0"], 505],
  ])("%s is refused", async (_, args, status) => {
    const { server } = await start(page);
    const { output } = await curl(...args, server.url.replace("ws", "http"));
    expect(output).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });

  test("HTTP/2 without asking is answered in HTTP/1.1, which curl takes for no answer", async () => {
    const running = await start(page);
    const { code } = await curl("--http2-prior-knowledge", running.server.url.replace("ws", "http"));
    expect(code).not.toBe(0);
    expect((await curl(running.server.url.replace("ws", "http"))).code).toBe(0);
  });
});

describe("curl, with the headers of an upgrade", () => {
  test("gets 101 with the right key, then the frames", async () => {
    const { server } = await start({
      handler: {
        open(connection) {
          connection.write("Hello");
          connection.close(1000);
        },
      },
      limits: { closeTimeout: 200 },
    });
    const { output } = await curl(...upgrade, server.url.replace("ws", "http"));
    expect(output).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
    expect(output).toContain(`Sec-WebSocket-Accept: ${sampleAccept}\r\n`);
    // RFC 6455 §5.7: a text frame with Hello; behind it a Close frame with 1000, which curl does not answer.
    expect(output.endsWith("\r\n\r\n\x81\x05Hello\x88\x02\x03\xe8")).toBe(true);
  });

  test("gets 426 with the version for another version", async () => {
    const { server } = await start();
    const args = upgrade.map((arg) => arg.replace("Version: 13", "Version: 8"));
    const { head } = await curl(...args, server.url.replace("ws", "http"));
    expect(head).toMatch(/^HTTP\/1\.1 426 /);
    expect(head).toMatch(/^Sec-WebSocket-Version: 13\r?$/im);
    expect(head).toMatch(/^Error: version\r?$/im);
  });

  test("gets the page beside a WebSocket path of node:http, 101 on the path, 404 beside it", async () => {
    const http = await startHttp((_, response) => response.end("the page"));
    attached(http, { path: "/ws", handler: { open: (connection) => connection.terminate() } });
    const url = `http://127.0.0.1:${portOf(http)}`;
    expect((await curl(`${url}/`)).body).toBe("the page");
    expect((await curl(...upgrade, `${url}/ws`)).head).toMatch(/^HTTP\/1\.1 101 /);
    expect((await curl(...upgrade, `${url}/other`)).head).toMatch(/^HTTP\/1\.1 404 /);
  });
});
