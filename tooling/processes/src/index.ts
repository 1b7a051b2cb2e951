export { launchChromium } from "./chromium.ts";
export { openPage, type PageOptions } from "./open-page.ts";
export { ownGroup } from "./own-group.ts";
export { type Outcome, ProgramProcess } from "./program-process.ts";
export { sources } from "./sources.ts";
