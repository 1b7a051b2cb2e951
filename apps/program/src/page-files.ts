import { readdir, readFile } from "node:fs/promises";
import type { HandshakeRequest, PlainAnswer } from "@exws/server";

const contentTypes: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};

/** Nothing from elsewhere, nothing inline, no frames. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** How a page differs from others. */
export type PageOptions = {
  /** Directives of the Content-Security-Policy beside those that all pages have. */
  policy: string;
  /** Headers of every answer beside those that all pages have. */
  headers: Readonly<Record<string, string>>;
  /** The body of 404. */
  notFound: string;
};

/**
 * Reads the files of a page's folder, and `look.css`, which all pages share. Returns what answers plain requests with them: `/` is
 * the page, other paths are 404.
 */
export async function loadPage(
  folder: URL,
  options: PageOptions,
): Promise<(request: HandshakeRequest) => PlainAnswer> {
  const headers = {
    "Content-Security-Policy": `${policy}; ${options.policy}`,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-cache",
    ...options.headers,
  };
  const answers = new Map<string, PlainAnswer>();
  const files = (await readdir(folder)).map((name) => ({ name, file: new URL(name, folder) }));
  for (const { name, file } of [...files, { name: "look.css", file: new URL("look.css", import.meta.url) }]) {
    const type = contentTypes[name.slice(name.lastIndexOf(".") + 1)];
    if (type === undefined) continue;
    const path = name === "index.html" ? "/" : `/${name}`;
    answers.set(path, { headers: { ...headers, "Content-Type": type }, body: await readFile(file) });
  }
  return ({ path }) =>
    answers.get(path) ?? {
      status: 404,
      headers: { ...headers, "Content-Type": "text/plain; charset=utf-8" },
      body: options.notFound,
    };
}
