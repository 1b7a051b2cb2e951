import { escapeHtml } from "../case-report.ts";

/** A page around its content; it needs nothing but the style sheet beside it. */
export function page(title: string, content: string, version: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<link rel="stylesheet" href="report.css">
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='4' fill='%23177245'/%3E%3Cpath d='M4 8.5l2.6 2.6L12 5.5' fill='none' stroke='white' stroke-width='2'/%3E%3C/svg%3E">
</head>
<body>
${content}
<footer>Written by <b>@exws/autobahn</b> ${escapeHtml(version)}. The cases are those of the Autobahn testsuite 25.10.1.</footer>
</body>
</html>
`;
}

/** A verdict as a coloured word. */
export function badge(verdict: string): string {
  const kind = verdict.toLowerCase().replaceAll(" ", "-");
  return `<span class="badge ${kind}">${verdict}</span>`;
}

/** A time in the unit that fits it. */
export function time(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(2)} s`;
}
