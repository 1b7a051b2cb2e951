import { connect, type Socket } from "node:net";

/** What Redis answers (RESP 2); an error is thrown instead. */
export type Reply = string | number | null | readonly Reply[];

/** A connection to a Redis server without any library, for the commands of tests. Texts only. */
export class RespConnection implements Disposable {
  readonly #socket: Socket;
  readonly #waiting: { resolve(reply: Reply): void; reject(error: Error): void }[] = [];
  #received = "";

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding("latin1").on("data", (text) => this.#receive(String(text)));
    const fail = (error: Error): void => {
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    };
    socket.on("error", fail);
    socket.on("close", () => fail(new Error("the connection was closed")));
  }

  static async open(port: number, password?: string): Promise<RespConnection> {
    const socket = connect(port, "127.0.0.1");
    await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
    const connection = new RespConnection(socket);
    if (password !== undefined) await connection.command("AUTH", password);
    return connection;
  }

  async command(...words: readonly (string | number)[]): Promise<Reply> {
    // Nothing more would be heard of it.
    if (this.#socket.destroyed) throw new Error("the connection was closed");
    const parts = words.map((word) => `$${Buffer.byteLength(String(word))}\r\n${word}\r\n`);
    this.#socket.write(`*${words.length}\r\n${parts.join("")}`);
    return await new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  #receive(text: string): void {
    this.#received += text;
    while (this.#waiting.length > 0) {
      const parsed = parse(this.#received, 0);
      if (parsed === undefined) return;
      this.#received = this.#received.slice(parsed.end);
      const { resolve, reject } = this.#waiting.shift()!;
      if (parsed.reply instanceof Error) reject(parsed.reply);
      else resolve(parsed.reply);
    }
  }
}

type Parsed = { reply: Reply | Error; end: number };

function parse(text: string, at: number): Parsed | undefined {
  const eol = text.indexOf("\r\n", at);
  if (eol === -1) return undefined;
  const line = text.slice(at + 1, eol);
  const end = eol + 2;
  switch (text[at]) {
    case "+":
      return { reply: line, end };
    case "-":
      return { reply: new Error(line), end };
    case ":":
      return { reply: Number(line), end };
    case "$": {
      const length = Number(line);
      if (length === -1) return { reply: null, end };
      return text.length < end + length + 2
        ? undefined
        : { reply: text.slice(end, end + length), end: end + length + 2 };
    }
    case "*":
      return parseArray(text, Number(line), end);
    default:
      return { reply: new Error(`not RESP: ${line}`), end };
  }
}

function parseArray(text: string, count: number, start: number): Parsed | undefined {
  const replies: Reply[] = [];
  let end = start;
  for (let index = 0; index < count; index++) {
    const item = parse(text, end);
    if (item === undefined) return undefined;
    replies.push(item.reply instanceof Error ? item.reply.message : item.reply);
    end = item.end;
  }
  return { reply: replies, end };
}
