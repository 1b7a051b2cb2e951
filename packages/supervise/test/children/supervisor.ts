// The supervising program of the tests: tells what happens in lines of JSON, and takes commands in lines of text.
import { createInterface } from "node:readline";
import { supervise } from "../../src/index.ts";

const print = (event: string, more: object): void => console.log(JSON.stringify({ event, ...more }));

const supervisor = await supervise({
  args: [],
  ...JSON.parse(process.argv[2]!),
  onReady: (worker) => print("ready", worker),
  onExit: (worker, exit) => print("exit", { ...worker, exit }),
  onRestart: (worker, delay) => print("restart", { ...worker, delay }),
});
print("started", { addresses: supervisor.addresses });

const commands = createInterface({ input: process.stdin });
commands.on("line", async (command) => {
  if (command === "workers") print("workers", { workers: supervisor.workers, state: supervisor.state });
  if (command === "reload") {
    await supervisor.reload().then(
      () => print("reloaded", {}),
      ({ code, message }) => print("not reloaded", { code, message }),
    );
  }
  if (command === "stop") await supervisor.stop();
});
// Nobody looks at `done`: a program whose supervisor gives up ends with it. This one must end by itself otherwise.
(process.stdin as unknown as { unref(): void }).unref();
