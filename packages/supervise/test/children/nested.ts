import { fileURLToPath } from "node:url";
import { supervise } from "@exws/supervise";

await supervise({ entry: fileURLToPath(import.meta.url) });
