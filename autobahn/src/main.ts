#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { CommanderError } from "commander";
import { catalogue } from "./catalogue/catalogue.ts";
import { selectCases } from "./catalogue/patterns.ts";
import { clientCommand } from "./cli/client-command.ts";
import { type Invocation, readInvocation } from "./cli/program.ts";
import { serverCommand } from "./cli/server-command.ts";
import { UsageFault } from "./cli/usage-fault.ts";

process.exitCode = await main();

async function main(): Promise<number> {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  try {
    return await perform(readInvocation(process.argv.slice(2), version), version);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    if (!(error instanceof UsageFault)) throw error;
    console.error(`exws-autobahn: ${error.message}`);
    return 2;
  }
}

async function perform(invocation: Invocation, version: string): Promise<number> {
  switch (invocation.command) {
    case "server":
      return serverCommand(invocation, version);
    case "client":
      return clientCommand(invocation, version);
    case "cases":
      for (const { id, summary } of selectCases(catalogue, invocation.patterns)) {
        console.log(`${id.padEnd(9)}${summary}`);
      }
      return 0;
  }
}
