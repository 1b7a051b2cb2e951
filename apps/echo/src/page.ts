import { readdir, readFile } from "node:fs/promises";
import type { HandshakeRequest, PlainAnswer } from "@exws/server";

const contentTypes: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};

const headers = {
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  // A page that is isolated from others gets a clock in microseconds: round trips are shorter than its usual one can tell.
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cache-Control": "no-cache",
};

/** Reads the page's files and returns what answers plain requests with them: `/` is the page, other paths are 404. */
export async function loadPage(): Promise<(request: HandshakeRequest) => PlainAnswer> {
  const folder = new URL("page/", import.meta.url);
  const answers = new Map<string, PlainAnswer>();
  for (const name of await readdir(folder)) {
    const type = contentTypes[name.slice(name.lastIndexOf(".") + 1)];
    if (type === undefined) continue;
    const body = await readFile(new URL(name, folder));
    const path = name === "index.html" ? "/" : `/${name}`;
    answers.set(path, { headers: { ...headers, "Content-Type": type }, body });
  }
  return ({ path }) =>
    answers.get(path) ?? {
      status: 404,
      headers: { ...headers, "Content-Type": "text/plain; charset=utf-8" },
      body: "Not found. The page is at /, and WebSockets are echoed on every path.\n",
    };
}
