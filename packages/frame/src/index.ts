export { answer } from "./opcode.ts";
