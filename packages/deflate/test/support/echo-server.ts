import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import {
  encodeClose,
  encodeFrame,
  type Message,
  MessageDecoder,
  type MessageTransform,
  Opcode,
} from "@exws/frame";
import { encodeAccept, negotiateExtensions, parseExtensions } from "@exws/handshake";
import type { PermessageDeflate } from "../../src/index.ts";

/** What a connection has echoed. */
export type Echoed = { compressedIn: number; compressedOut: number };

/** A server that does no more than echo, with the extension as a server uses it. */
export async function echoServer(
  extension: PermessageDeflate,
): Promise<{ url: string; echoed: Echoed; [Symbol.asyncDispose](): Promise<void> }> {
  const echoed: Echoed = { compressedIn: 0, compressedOut: 0 };
  const sockets = new Set<Socket>();
  const server = createServer().on("upgrade", (request, stream, head) => {
    const socket = stream as Socket;
    sockets.add(socket);
    const header = request.headers["sec-websocket-extensions"] ?? "x";
    const extensions = negotiateExtensions(parseExtensions(header), [extension]);
    socket.write(encodeAccept({ key: request.headers["sec-websocket-key"]!, extensions }));
    const transform = extensions[0] && extension.start(extensions[0], 10_000_000);
    const decoder = new MessageDecoder({ role: "server", rsv: 4, maxMessage: 10_000_000 });
    let last: Promise<unknown> = Promise.resolve();
    const onData = (chunk: Uint8Array) => {
      decoder.push(chunk);
      for (let message = decoder.next(); message !== undefined; message = decoder.next()) {
        const said = message;
        last = last.then(() => reply(socket, transform, said, echoed));
      }
    };
    socket.on("data", onData).on("error", () => {});
    socket.on("close", () => transform?.close());
    onData(head);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    echoed,
    [Symbol.asyncDispose]: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function reply(
  socket: Socket,
  transform: MessageTransform | undefined,
  message: Message,
  echoed: Echoed,
): Promise<void> {
  if (message.type === "close") {
    socket.end(encodeClose(message.code === 1005 ? undefined : message.code));
    return;
  }
  const isText = message.type === "text" || (message.type === "extended" && message.text);
  let data: Uint8Array;
  if (message.type === "extended") {
    echoed.compressedIn += 1;
    data = await transform!.decode(message.data);
  } else {
    data = typeof message.data === "string" ? new TextEncoder().encode(message.data) : message.data;
  }
  const small = transform === undefined || data.length < transform.threshold;
  const encoded = small ? undefined : await transform.encode(data);
  if (encoded !== undefined) echoed.compressedOut += 1;
  const opcode = isText ? Opcode.Text : Opcode.Binary;
  socket.write(encodeFrame({ opcode, rsv: encoded === undefined ? 0 : 4, payload: encoded ?? data }));
}
