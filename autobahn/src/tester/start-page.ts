import { style } from "../report/html/style.ts";

/** The page of a fuzzing server: it can test the browser that shows it, and leads to the reports. */
export function startPage(count: number): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Autobahn: test a WebSocket client</title>
<link rel="icon" href="data:,">
<style>${style}
button { font: inherit; font-weight: 600; padding: 0.5rem 1.2rem; border: 0; border-radius: 0.5rem; background: var(--good); color: light-dark(#fff, #101216); cursor: pointer; }
button:disabled { opacity: 0.5; cursor: default; }
progress { width: 100%; accent-color: var(--good); }
#verdicts { display: flex; flex-wrap: wrap; gap: 2px; margin-top: 0.8rem; }
#verdicts i { width: 0.62rem; height: 0.62rem; border-radius: 2px; }
</style>
</head>
<body>
<h1>Test a WebSocket client</h1>
<p>${count} cases. A client asks <code>/getCaseCount</code>, then connects to <code>/runCase?case=1&amp;agent=NAME</code> and so on and echoes what it gets, and in the end to <code>/updateReports?agent=NAME</code>.</p>
<section class="card">
<p><button id="start">Test this browser</button> <span id="state" class="soft"></span></p>
<progress id="progress" max="${count}" value="0"></progress>
<div id="verdicts"></div>
</section>
<p><a href="/reports/">Reports</a></p>
<script>
"use strict";
const base = location.origin.replace(/^http/, "ws");
const brand = /(Edg|OPR|Firefox|Chrome|Version)\\/(\\d+)/.exec(navigator.userAgent);
const agent = encodeURIComponent(brand ? (brand[1] === "Version" ? "Safari" : brand[1]) + "-" + brand[2] : "browser");
const start = document.getElementById("start"), state = document.getElementById("state"), bar = document.getElementById("progress"), list = document.getElementById("verdicts");
const ask = (path, echo) => new Promise((resolve) => {
  const socket = new WebSocket(base + path);
  socket.binaryType = "arraybuffer";
  let text;
  socket.onmessage = ({ data }) => { if (echo) socket.send(data); else text = data; };
  socket.onclose = () => resolve(text);
});
const test = async () => {
  start.disabled = true;
  list.replaceChildren();
  const count = Number(await ask("/getCaseCount"));
  for (let n = 1; n <= count; n++) {
    const { id } = JSON.parse(await ask("/getCaseInfo?case=" + n));
    state.textContent = id;
    await ask("/runCase?case=" + n + "&agent=" + agent, true);
    const { behavior } = JSON.parse(await ask("/getCaseStatus?case=" + n + "&agent=" + agent));
    bar.value = n;
    const square = document.createElement("i");
    square.className = { OK: "good", "NON-STRICT": "lesser", FAILED: "bad" }[behavior] ?? "neutral";
    square.title = id + " " + behavior;
    list.append(square);
  }
  await ask("/updateReports?agent=" + agent);
  state.textContent = "done";
  start.disabled = false;
};
start.addEventListener("click", test);
</script>
</body>
</html>
`;
}
