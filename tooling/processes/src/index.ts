export { launchChromium } from "./chromium.ts";
export { type Outcome, ProgramProcess } from "./program-process.ts";
export { sources } from "./sources.ts";
