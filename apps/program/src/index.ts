export { CommandLineAnswer, newCommand } from "./command.ts";
export { hostOption, type Origin, originOption, portOption } from "./listen-options.ts";
export { loadPage, type PageOptions } from "./page-files.ts";
export { type Program, runProgram } from "./run-program.ts";
export { signalled } from "./signalled.ts";
export { wholeNumber } from "./whole-number.ts";
export { type Place, whyNotListening } from "./why-not-listening.ts";
