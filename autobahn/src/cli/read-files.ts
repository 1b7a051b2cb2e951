import { readFileSync } from "node:fs";
import { FileFault } from "../spec/located-json.ts";
import { UsageFault } from "./usage-fault.ts";

/** Reads a file and makes something of its text; a fault in it becomes one line with the file's name and the line. */
export function readThrough<Result>(path: string, make: (text: string) => Result): Result {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    throw new UsageFault(
      `${path}: ${code === "ENOENT" ? "there is no such file" : `cannot be read (${code})`}`,
    );
  }
  try {
    return make(text);
  } catch (error) {
    if (error instanceof FileFault) throw new UsageFault(`${path}:${error.line}: ${error.message}`);
    throw error;
  }
}
