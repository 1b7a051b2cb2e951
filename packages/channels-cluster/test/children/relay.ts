// A relay in a process of its own, as a primary has it: listens at the path that it is given, and takes commands.
import { createInterface } from "node:readline";
import { relay } from "../../src/index.ts";

const options = JSON.parse(process.argv[2]!);
let current = await relay(options);
console.log(JSON.stringify({ event: "listens" }));
for await (const command of createInterface({ input: process.stdin })) {
  if (command === "cut") {
    await current.close();
    current = await relay(options);
  }
  console.log(JSON.stringify({ event: command, stats: current.stats() }));
}
