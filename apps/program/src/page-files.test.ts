import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { HandshakeRequest, PlainAnswer } from "@exws/server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadPage } from "./page-files.ts";

let folder: string;
let get: (path: string) => PlainAnswer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "exws-page-"));
  await writeFile(join(folder, "index.html"), "<!doctype html>");
  await writeFile(join(folder, "main.js"), "export {};");
  await writeFile(join(folder, "main.ts"), "export {};");
  const answer = await loadPage(pathToFileURL(`${folder}/`), {
    policy: "worker-src 'self'",
    headers: { "X-Test": "yes" },
    notFound: "Nothing.\n",
  });
  get = (path) => answer({ path } as HandshakeRequest);
});
afterAll(() => rm(folder, { recursive: true }));

test.each([
  ["/", "text/html; charset=utf-8", "<!doctype html>"],
  ["/main.js", "text/javascript; charset=utf-8", "export {};"],
  ["/look.css", "text/css; charset=utf-8", "--paper:"],
])("%s is served as %s", (path, type, part) => {
  const { status = 200, headers, body } = get(path);
  expect(status).toBe(200);
  expect(headers).toMatchObject({ "Content-Type": type });
  expect(String(body)).toContain(part);
});

test.each(["/index.html", "/main.ts", "/page", "/__proto__", "/../package.json"])("%s is 404", (path) => {
  expect(get(path)).toMatchObject({ status: 404, body: "Nothing.\n" });
});

test("every answer has the policy and the headers of all pages, and those of its own", () => {
  for (const path of ["/", "/look.css", "/nothing"]) {
    expect(get(path).headers).toMatchObject({
      "Content-Security-Policy": expect.stringMatching(/^default-src 'none'; .*; worker-src 'self'$/),
      "X-Content-Type-Options": "nosniff",
      "X-Test": "yes",
    });
  }
});
