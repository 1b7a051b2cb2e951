import type { Connection, ConnectionEvents } from "./connection.ts";
import type { IncomingMessage } from "./message-assembly.ts";

type Arguments = Readonly<Record<string, unknown>>;

/** Does what the client says in JSON: `["sendframe", {…}]`, `["sendframes", […]]`, `["close", {…}]`, `["echo", {…}]`. */
export class DirectMode implements ConnectionEvents {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  message({ payload, type }: IncomingMessage): void {
    if (type === "binary") return;
    const command = parse(Buffer.from(payload).toString());
    if (command === undefined) {
      this.#connection.closeWith(1003, "no command");
      return;
    }
    const [verb, given] = command;
    if (verb === "sendframe") this.#sendFrame(given as Arguments);
    else if (verb === "sendframes" && Array.isArray(given)) for (const one of given) this.#sendFrame(one);
    else if (verb === "close") {
      const { code, reason } = given as Arguments;
      if (typeof code === "number")
        this.#connection.closeWith(code, typeof reason === "string" ? reason : "");
      else this.#connection.close(new Uint8Array(0));
    } else if (verb === "echo") {
      this.#sendFrame({ opcode: 1, payload: JSON.stringify(given) });
    }
  }

  pong(): void {}

  closed(): void {}

  #sendFrame({
    opcode,
    payload = "",
    fin = true,
    rsv = 0,
    payload_len: length,
    chopsize,
    sync,
  }: Arguments): void {
    const text = Buffer.from(String(payload));
    const octets = typeof length === "number" && length <= 2 ** 24 ? Buffer.alloc(length, text) : text;
    this.#connection.output.sendFrame(
      { opcode: Number(opcode) & 15, fin: fin !== false, rsv: Number(rsv) & 7 },
      octets,
      {
        ...(typeof chopsize === "number" && chopsize > 0 && { chop: chopsize }),
        ...(sync === true && { sync }),
      },
    );
  }
}

function parse(text: string): [string, unknown] | undefined {
  try {
    const command: unknown = JSON.parse(text);
    if (!Array.isArray(command) || typeof command[0] !== "string") return undefined;
    return [command[0], command[1] ?? {}];
  } catch {
    return undefined;
  }
}
