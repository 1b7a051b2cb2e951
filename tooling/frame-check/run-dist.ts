// Checks the built codec in whatever runtime runs this file: node, bun and deno take it as it is.
import { checkFrame, type FrameModule } from "./check-frame.ts";

const built = new URL("../../packages/frame/dist/index.js", import.meta.url);
const frame: FrameModule = await import(built.href);
console.log(`${checkFrame(frame)} passed`);
