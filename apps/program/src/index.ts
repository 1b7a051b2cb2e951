export { CommandLineAnswer, newCommand } from "./command.ts";
export { hostOption, type Origin, originOption, portOption, wholeNumber } from "./option-types.ts";
export { loadPage, type PageOptions } from "./page-files.ts";
export { type Program, runProgram } from "./run-program.ts";
export { signalled } from "./signalled.ts";
export { type Place, whyNotListening } from "./why-not-listening.ts";
