import { connect, type Socket } from "node:net";
import { FrameDecoder } from "@exws/frame";

/** A client on a bare socket: it notes the text messages it gets, counts the rest of what comes, and can stop reading. */
export class NetClient {
  readonly socket: Socket;
  readonly messages: string[] = [];
  /** RSV bits of the last frame: 4 when it was compressed. */
  rsv = 0;
  closeCode: number | undefined;
  isGone = false;
  #decoder = new FrameDecoder({ role: "client", rsv: 4, maxPayload: 16_777_216 });
  #waiting: { count: number; resolve: () => void }[] = [];
  #text = new TextDecoder();

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("error", () => {});
    socket.on("close", () => {
      this.isGone = true;
    });
  }

  /** Connects and completes the opening handshake. */
  static open(port: number, extensions = ""): Promise<NetClient> {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    const client = new NetClient(socket);
    const head = [
      "GET / HTTP/1.1",
      `Host: 127.0.0.1:${port}`,
      "Upgrade: websocket",
      "Connection: Upgrade",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      "Sec-WebSocket-Version: 13",
      ...(extensions === "" ? [] : [`Sec-WebSocket-Extensions: ${extensions}`]),
    ];
    socket.write(`${head.join("\r\n")}\r\n\r\n`);
    return new Promise((resolve, reject) => {
      let answer = Buffer.alloc(0);
      const onData = (chunk: Buffer) => {
        answer = Buffer.concat([answer, chunk]);
        const end = answer.indexOf("\r\n\r\n");
        if (end === -1) return;
        socket.off("data", onData);
        if (!answer.subarray(0, end).includes(" 101 ")) {
          reject(new Error(answer.toString("latin1")));
          return;
        }
        socket.on("data", (bytes) => client.#receive(bytes));
        client.#receive(answer.subarray(end + 4));
        resolve(client);
      };
      socket.on("data", onData);
      socket.on("error", reject);
    });
  }

  /** Resolves when so many messages have come in all. */
  has(count: number): Promise<void> {
    if (this.messages.length >= count) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ count, resolve }));
  }

  /** Sends a text message, masked with zeros. */
  send(data: string): void {
    const payload = Buffer.from(data);
    if (payload.length > 125) throw new RangeError("too long for this client");
    this.socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0]), payload]));
  }

  #receive(bytes: Uint8Array): void {
    this.#decoder.push(bytes);
    for (;;) {
      const frame = this.#decoder.next();
      if (frame === undefined) break;
      this.rsv = frame.rsv;
      if (frame.opcode === 1) this.messages.push(this.#text.decode(frame.payload));
      else if (frame.opcode === 8) this.closeCode = (frame.payload[0]! << 8) | frame.payload[1]!;
    }
    this.#waiting = this.#waiting.filter(({ count, resolve }) => {
      if (this.messages.length < count) return true;
      resolve();
      return false;
    });
  }
}
