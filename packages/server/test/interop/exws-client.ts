import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { encodeBinary, encodeClose, encodePong, encodeText, MessageDecoder } from "@exws/frame";
import { checkResponse, encodeRequest, ResponseDecoder } from "@exws/handshake";
import { type Connect, Inbox, type Peer, type Place } from "./peer.ts";

/** A client made of the two codecs in the client's role and a bare socket. */
export const connectExws: Connect = async (place, protocols) => {
  const socket = await connectSocket(place);
  const { host, pathname } = new URL(place.url);
  const key = randomBytes(16).toString("base64");
  socket.write(encodeRequest({ host, target: pathname, key, protocols }));
  const { response, rest } = await readResponse(socket);
  try {
    const { protocol } = checkResponse(response, { key, protocols });
    return new ExwsPeer(socket, protocol, rest);
  } catch (error) {
    socket.destroy();
    throw error;
  }
};

async function connectSocket({ url, path, ca }: Place): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const address = path === undefined ? { host: hostname, port: Number(port) } : { path };
  const socket =
    ca === undefined ? connectTcp(address) : connectTls({ ...address, ca, servername: hostname });
  await once(socket, ca === undefined ? "connect" : "secureConnect");
  return socket;
}

async function readResponse(socket: Socket): Promise<NonNullable<ReturnType<ResponseDecoder["next"]>>> {
  const decoder = new ResponseDecoder();
  for (;;) {
    const [chunk] = (await once(socket, "data")) as [Buffer];
    decoder.push(chunk);
    const head = decoder.next();
    if (head !== undefined) return head;
  }
}

/** The client's key must be one that nobody can guess (RFC 6455 §5.3). */
const maskKey = (): number => randomBytes(4).readUInt32BE();

/** One open connection. */
class ExwsPeer implements Peer {
  readonly protocol: string;
  readonly #socket: Socket;
  readonly #decoder = new MessageDecoder({ role: "client", maxMessage: 2_000_000 });
  readonly #inbox: Inbox;
  #closeSent = false;

  constructor(socket: Socket, protocol: string, rest: Uint8Array) {
    this.protocol = protocol;
    this.#socket = socket;
    this.#inbox = new Inbox(() => socket.destroy());
    socket.on("data", (chunk) => this.#receive(chunk));
    socket.on("close", () => this.#inbox.end(1006, ""));
    this.#receive(rest);
  }

  send(data: string | Uint8Array): void {
    this.#socket.write(
      typeof data === "string" ? encodeText(data, maskKey()) : encodeBinary(data, maskKey()),
    );
  }

  close(code?: number, reason?: string): void {
    this.#closeSent = true;
    this.#socket.write(encodeClose(code, reason, maskKey()));
  }

  next(): Promise<string | Uint8Array> {
    return this.#inbox.next();
  }

  ended(): ReturnType<Inbox["ended"]> {
    return this.#inbox.ended();
  }

  #receive(chunk: Uint8Array): void {
    this.#decoder.push(chunk);
    for (let message = this.#decoder.next(); message !== undefined; message = this.#decoder.next()) {
      switch (message.type) {
        case "text":
        case "binary":
          this.#inbox.push(message.data);
          break;
        case "ping":
          this.#socket.write(encodePong(message.data, maskKey()));
          break;
        case "close": {
          const { code, reason } = message;
          if (!this.#closeSent) this.close(code === 1005 ? undefined : code);
          // The server ends TCP first (RFC 6455 §7.1.1).
          this.#socket.once("end", () => this.#inbox.end(code, reason));
          break;
        }
        default:
      }
    }
  }
}
