// A relay of clusterBus() in a process of its own, on the path that its argument says.
import { relay } from "@exws/channels-cluster";

await relay({ path: process.argv[2]! });
console.log("listening");
// A relay keeps no process alive.
process.stdin.resume();
