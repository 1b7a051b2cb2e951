import type { Invocation } from "./program.ts";

export async function clientCommand(_invocation: Invocation, _version: string): Promise<number> {
  return 1;
}
