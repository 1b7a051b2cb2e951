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
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
  "Cache-Control": "no-cache",
};

/** Reads the page's files and returns what answers plain requests with them: `/` is the page, other paths are 404. */
export async function loadPage(folder: URL): Promise<(request: HandshakeRequest) => PlainAnswer> {
  const answers = new Map<string, PlainAnswer>();
  for (const name of await readdir(folder)) {
    const type = contentTypes[name.slice(name.lastIndexOf(".") + 1)];
    if (type === undefined) continue;
    const body = await readFile(new URL(name, folder));
    answers.set(name === "index.html" ? "/" : `/${name}`, {
      headers: { ...headers, "Content-Type": type },
      body,
    });
  }
  return ({ path }) =>
    answers.get(path) ?? {
      status: 404,
      headers: { ...headers, "Content-Type": "text/plain; charset=utf-8" },
      body: "Not found. The page is at /.\n",
    };
}
