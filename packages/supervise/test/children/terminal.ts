// Tells its process id when it has begun, and how it was stopped, on file descriptor 3.
import { writeSync } from "node:fs";
import { supervise } from "../../src/index.ts";

const supervisor = await supervise({ entry: process.argv[2]!, workers: 2, args: [] });
writeSync(3, `${process.pid}\n`);
writeSync(3, `${JSON.stringify(await supervisor.done)}\n`);
