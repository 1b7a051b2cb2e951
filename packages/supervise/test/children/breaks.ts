// Serves as long as there is no file at TEST_BROKEN.
import { existsSync } from "node:fs";
import { serve } from "@exws/server";

if (existsSync(process.env["TEST_BROKEN"]!)) throw new Error("broken meanwhile");
await serve({
  port: 0,
  host: "127.0.0.1",
  handler: {
    message(connection) {
      connection.write(String(process.pid));
    },
  },
});
