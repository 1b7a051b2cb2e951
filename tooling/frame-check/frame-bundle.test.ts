import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { launchChromium } from "../processes/src/chromium.ts";
import { checkFrame } from "./check-frame.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const limit = 6_144;

/** One script of the codec's sources, as an app's bundler would make it for a browser. */
async function bundle(entry: string, format: "esm" | "iife"): Promise<string> {
  const { outputFiles, warnings } = await build({
    stdin: { contents: entry, resolveDir: root, loader: "ts" },
    alias: { "@exws/frame": join(root, "packages/frame/src/index.ts") },
    bundle: true,
    minify: true,
    write: false,
    platform: "browser",
    format,
    target: "es2022",
  });
  expect(warnings).toEqual([]);
  return outputFiles[0]!.text;
}

const selfCheck = `
  import * as frame from "@exws/frame";
  import { checkFrame } from "./tooling/frame-check/check-frame.ts";
  globalThis.passed = checkFrame(frame);
`;

test(`everything that @exws/frame exports is at most ${limit} bytes, minified and gzipped`, async () => {
  const script = await bundle(`export * from "@exws/frame";`, "esm");
  expect(gzipSync(script, { level: 9 }).length).toBeLessThanOrEqual(limit);
});

test("the codec passes its check in Node, from the sources", async () => {
  expect(checkFrame(await import("@exws/frame"))).toBeGreaterThan(100);
});

test("a browser bundle of the codec decodes and encodes the RFC 6455 §5.7 examples in Chromium", async () => {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(error.message));
    await page.addScriptTag({ content: await bundle(selfCheck, "iife") });
    expect(faults).toEqual([]);
    expect(await page.evaluate("passed")).toBeGreaterThan(100);
  } finally {
    await browser.close();
  }
});

// Deno comes as a Linux x64 binary; elsewhere there is no such test.
if (process.platform === "linux" && process.arch === "x64") {
  test("a browser bundle of the codec decodes and encodes the RFC 6455 §5.7 examples in Deno", async () => {
    const folder = await mkdtemp(join(tmpdir(), "exws-bundle-"));
    try {
      const file = join(folder, "bundle.mjs");
      await writeFile(file, `${await bundle(selfCheck, "esm")}\nconsole.log(passed);`);
      const deno = join(root, "node_modules/@deno/linux-x64-glibc/deno");
      const { stdout } = await promisify(execFile)(deno, ["run", "--no-config", file]);
      expect(Number(stdout)).toBeGreaterThan(100);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
}
