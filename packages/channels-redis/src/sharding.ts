import type { Connection } from "./connection.ts";
import { textOf } from "./transport.ts";

/** Whether a server has sharded pub/sub. A user who may not ask about commands gets to know the version from HELLO: 7 has it. */
export async function knowsSharding(connection: Connection): Promise<boolean> {
  try {
    const reply = await connection.command(["COMMAND", "INFO", "spublish"]);
    return Array.isArray(reply) && Array.isArray(reply[0]) && reply[0].length > 0;
  } catch (error) {
    if (!connection.isOpen) throw error;
  }
  try {
    const reply = (await connection.command(["HELLO"])) as unknown[];
    const index = reply.findIndex((each) => textOf(each) === "version");
    return Number.parseInt(textOf(reply[index + 1]), 10) >= 7;
  } catch (error) {
    if (!connection.isOpen) throw error;
    return false;
  }
}
