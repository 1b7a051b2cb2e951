import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { start } from "../support/start.ts";

// A peer of nothing but a socket and the bytes of RFC 6455 §1.3 and §5.7, sent all at once without waiting.

test("the RFC's own handshake and frames, in one segment, get the RFC's own answers", async () => {
  const running = await start({
    handler: { message: (connection, data) => void connection.write(data) },
  });
  const address = running.server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const handshake =
    "GET /chat HTTP/1.1\r\n" +
    "Host: server.example.com\r\n" +
    "Upgrade: websocket\r\n" +
    "Connection: Upgrade\r\n" +
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
    "Sec-WebSocket-Version: 13\r\n\r\n";
  const socket = connect(address.port, "127.0.0.1");
  socket.setEncoding("latin1");
  socket.write(
    Buffer.concat([
      Buffer.from(handshake),
      // Masked text "Hello".
      Buffer.from("818537fa213d7f9f4d5158", "hex"),
      // Masked Ping "Hello"; the RFC shows the Pong that answers it.
      Buffer.from("898537fa213d7f9f4d5158", "hex"),
      // Masked Close 1000.
      Buffer.from("888237fa213d3412", "hex"),
    ]),
  );
  // Ends when the server ends TCP, which it does first.
  const received = await text(socket);
  expect(received).toBe(
    "HTTP/1.1 101 Switching Protocols\r\n" +
      "Upgrade: websocket\r\n" +
      "Connection: Upgrade\r\n" +
      "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n" +
      "\x81\x05Hello\x8a\x05Hello\x88\x02\x03\xe8",
  );
  await running.log.next("closed");
  expect(running.log.lines()).toEqual(["open", 'text "Hello"', "ping 48656c6c6f", "closed 1000 peer"]);
});
