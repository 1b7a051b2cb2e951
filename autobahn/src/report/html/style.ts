/** The style sheet of all pages: light and dark, from a phone's width on. */
export const style = `:root {
  color-scheme: light dark;
  --back: light-dark(#f7f7f4, #14161a);
  --card: light-dark(#ffffff, #1c1f25);
  --line: light-dark(#e2e2dc, #30343c);
  --text: light-dark(#1d2127, #e4e6ea);
  --soft: light-dark(#666d78, #9aa2ae);
  --link: light-dark(#0b5cad, #7db8f5);
  --good: light-dark(#177245, #3fb57b);
  --neutral: light-dark(#5d6b80, #8a98ad);
  --lesser: light-dark(#9a6700, #d9a520);
  --bad: light-dark(#c0282d, #f2676b);
  --none: light-dark(#8250a8, #b68ae0);
  --mono: ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1.5rem clamp(0.9rem, 3vw, 2.5rem) 3rem; max-width: 78rem;
  background: var(--back); color: var(--text);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
a { color: var(--link); text-underline-offset: 0.15em; }
h1 { font-size: clamp(1.35rem, 4vw, 1.9rem); line-height: 1.2; margin: 0.2rem 0 0.4rem; text-wrap: balance; }
h2 { font-size: 1.15rem; margin: 2.2rem 0 0.7rem; }
.soft, footer { color: var(--soft); }
footer { margin-top: 3rem; font-size: 0.85rem; }
code, pre, .mono { font-family: var(--mono); font-size: 0.86em; }
code { overflow-wrap: anywhere; }
.card { min-width: 0; background: var(--card); border: 1px solid var(--line); border-radius: 0.7rem; padding: 1rem 1.2rem; }
.notes { border-left: 0.3rem solid var(--lesser); padding: 0.5rem 0.9rem; background: var(--card); border-radius: 0 0.5rem 0.5rem 0; margin: 1rem 0; }

/* verdicts */
.badge { display: inline-block; padding: 0.05rem 0.55rem; border-radius: 1rem; font-size: 0.78rem; font-weight: 650; letter-spacing: 0.02em; white-space: nowrap; color: #fff; background: var(--neutral); }
@media (prefers-color-scheme: dark) { .badge { color: #101216; } }
.badge.ok { background: var(--good); }
.badge.non-strict, .badge.failed-by-client { background: var(--lesser); }
.badge.failed, .badge.unclean, .badge.wrong-code { background: var(--bad); }
.badge.unimplemented { background: var(--none); }

/* index: agents */
.agents { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); margin: 1.2rem 0; }
.agent h2 { margin: 0 0 0.5rem; overflow-wrap: anywhere; }
.bar { display: flex; height: 0.7rem; border-radius: 0.4rem; overflow: hidden; background: var(--line); margin: 0.6rem 0; }
.bar i { display: block; }
i.good { background: var(--good); } i.neutral { background: var(--neutral); } i.lesser { background: var(--lesser); } i.bad { background: var(--bad); }
.counts { display: flex; flex-wrap: wrap; gap: 0.3rem 1rem; padding: 0; margin: 0; list-style: none; font-size: 0.93rem; }
.counts b { font-variant-numeric: tabular-nums; }

.agent p { margin: 0.7rem 0 0; }
.squares { display: grid; grid-template-columns: max-content 1fr; gap: 0.2rem 0.7rem; margin: 0.9rem 0 0; font-size: 0.78rem; }
.squares dt { text-align: right; font-variant-numeric: tabular-nums; }
.squares dd { display: flex; flex-wrap: wrap; gap: 2px; align-items: center; margin: 0; }
.squares a { width: 0.62rem; height: 0.62rem; border-radius: 2px; }
.squares a:hover, .squares a:focus-visible { outline: 2px solid var(--text); outline-offset: 1px; }
a.good { background: var(--good); } a.neutral { background: var(--neutral); } a.lesser { background: var(--lesser); } a.bad { background: var(--bad); }

/* index: filter and matrix */
.filter { position: sticky; top: 0; z-index: 3; display: flex; flex-wrap: wrap; gap: 0.5rem; padding: 0.7rem 0; background: var(--back); }
.filter input, .filter select { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 0.5rem; padding: 0.4rem 0.7rem; min-width: 0; }
.filter input { flex: 1 1 12rem; }
.filter output { align-self: center; color: var(--soft); font-variant-numeric: tabular-nums; }
details.section { background: var(--card); border: 1px solid var(--line); border-radius: 0.7rem; margin: 0.6rem 0; overflow: clip; }
details.section > summary { display: flex; gap: 0.8rem; align-items: baseline; cursor: pointer; padding: 0.65rem 1rem; list-style: none; }
details.section > summary::-webkit-details-marker { display: none; }
details.section > summary::before { content: "▸"; color: var(--soft); transition: rotate 0.15s; }
details.section[open] > summary::before { rotate: 90deg; }
details.section > summary b { min-width: 1.6rem; }
details.section > summary .tally { margin-left: auto; display: flex; gap: 0.35rem; align-items: center; white-space: nowrap; font-size: 0.85rem; color: var(--soft); }
.dots { display: inline-flex; gap: 2px; } .dots i { width: 0.5rem; height: 0.5rem; border-radius: 50%; }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; font-weight: 600; color: var(--soft); font-size: 0.82rem; }
th, td { padding: 0.38rem 0.6rem; border-top: 1px solid var(--line); vertical-align: top; }
tr.sub th { padding-top: 0.8rem; color: var(--text); font-size: 0.9rem; }
td.id { font-family: var(--mono); font-size: 0.86rem; white-space: nowrap; }
td.verdict { white-space: nowrap; text-decoration: none; }
td.verdict a { text-decoration: none; display: inline-flex; gap: 0.35rem; align-items: center; }
td.verdict small { color: var(--soft); font-variant-numeric: tabular-nums; }
tbody tr:hover td { background: color-mix(in srgb, var(--link) 7%, transparent); }
[hidden] { display: none !important; }

/* case */
nav { display: flex; flex-wrap: wrap; gap: 0.4rem 1.2rem; font-size: 0.93rem; }
.verdicts { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 17rem), 1fr)); margin: 1.2rem 0; }
.verdicts .badge { font-size: 0.95rem; padding: 0.15rem 0.8rem; }
.verdicts p { margin: 0.5rem 0 0; }
dl { display: grid; grid-template-columns: minmax(8rem, max-content) 1fr; gap: 0.25rem 1rem; margin: 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
.frames { font-size: 0.9rem; }
.frames td { white-space: nowrap; } .frames td.text { white-space: pre-wrap; overflow-wrap: anywhere; min-width: 12rem; font-family: var(--mono); font-size: 0.82rem; }
.frames .in td:first-child { box-shadow: inset 0.25rem 0 var(--good); }
.frames .out td:first-child { box-shadow: inset 0.25rem 0 var(--link); }
.frames .note td { color: var(--soft); font-style: italic; }
pre { margin: 0; overflow-x: auto; }
.hexdump { line-height: 1.4; } .place { color: var(--soft); } .readable { color: var(--link); }
.octets { display: grid; gap: 0.6rem; }
.octets { grid-template-columns: minmax(0, 1fr); }
.octets > div { border-left: 0.25rem solid var(--link); padding-left: 0.8rem; }
.octets > div.in { border-color: var(--good); }
.octets p { margin: 0 0 0.2rem; font-size: 0.85rem; color: var(--soft); }
@media (max-width: 40rem) {
  body { padding-top: 1rem; }
  th, td { padding: 0.32rem 0.4rem; }
  dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 0.5rem; }
  .squares { grid-template-columns: max-content 1fr; } .squares dd { margin: 0; } .squares a { width: 0.8rem; height: 0.8rem; }
  .matrix td.summary { display: none; }
  td.verdict a { flex-wrap: wrap; }
  details.section > summary .dots { display: none; }
}
@media print { .filter { display: none; } details.section { break-inside: avoid; } }
`;
