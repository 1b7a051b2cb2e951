// Tells what an entry sees of how it was started.
import { serve } from "@exws/server";

const { argv, execArgv, env } = process;
const variables = Object.fromEntries(
  Object.entries(env).filter(([name]) => name.startsWith("EXWS") || name.startsWith("TEST_")),
);
const { main } = import.meta as ImportMeta & { main?: boolean };
console.log(JSON.stringify({ event: "sees", pid: process.pid, argv, execArgv, main, variables }));
await serve({ port: 0, host: "127.0.0.1", handler: { message() {} } });
