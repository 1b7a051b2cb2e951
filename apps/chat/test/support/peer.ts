import { once } from "node:events";
import { onTestFinished } from "vitest";
import WebSocket from "ws";
import { BadMessage } from "../../src/protocol/fields.ts";
import { type FromServer, parseFromServer } from "../../src/protocol/from-server.ts";

type Of<Type extends FromServer["type"]> = Extract<FromServer, { type: Type }>;

/** A client of the chat that says what the test wants, and keeps what it hears. */
export class Peer {
  readonly socket: WebSocket;
  readonly heard: FromServer[] = [];
  readonly #news = new EventTarget();
  /** The code and reason of the end. */
  readonly ended: Promise<{ code: number; reason: string }>;
  #read = 0;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("message", (data) => {
      const message = parseFromServer(String(data));
      if (message instanceof BadMessage) throw new Error(`${message.message}: ${data}`);
      this.heard.push(message);
      this.#news.dispatchEvent(new Event("message"));
    });
    this.ended = once(socket, "close").then(([code, reason]) => ({ code, reason: String(reason) }));
  }

  /** Connects. */
  static async open(url: string): Promise<Peer> {
    const peer = new Peer(new WebSocket(url));
    onTestFinished(() => peer.socket.terminate());
    await once(peer.socket, "open");
    return peer;
  }

  /** Connects, says hello and joins the rooms. */
  static async join(url: string, nick: string, ...rooms: string[]): Promise<Peer> {
    const peer = await Peer.open(url);
    // Who ends on a digit has the colour of it.
    peer.say({
      type: "hello",
      key: keyOf(nick.replace(/\W/g, "_")),
      nick,
      colour: Number(/\d$/.exec(nick) ?? 0) % 8,
    });
    await peer.next("welcome");
    for (const room of rooms) {
      peer.say({ type: "join", room });
      await peer.next("joined");
    }
    return peer;
  }

  /** Sends a message as it is: text and bytes, or anything as JSON. */
  say(message: unknown): void {
    const asItIs = typeof message === "string" || message instanceof Uint8Array;
    this.socket.send(asItIs ? message : JSON.stringify(message));
  }

  /** The next message of a type, or of some, that was not read before; others are passed over. */
  async next<Type extends FromServer["type"]>(...types: Type[]): Promise<Of<Type>> {
    for (;;) {
      while (this.#read < this.heard.length) {
        const message = this.heard[this.#read++]!;
        if (types.some((type) => type === message.type)) return message as Of<Type>;
      }
      await once(this.#news, "message");
    }
  }

  /** Everything of a type that came so far. */
  all<Type extends FromServer["type"]>(type: Type): Of<Type>[] {
    return this.heard.filter((message): message is Of<Type> => message.type === type);
  }

  /** Waits until the server has answered everything that was sent so far. */
  async settled(): Promise<void> {
    this.say({ type: "ping" });
    await this.next("pong");
  }
}

/** The secret of somebody who is called so. */
export function keyOf(nick: string): string {
  return `key-of-${nick}`.padEnd(20, "-");
}
