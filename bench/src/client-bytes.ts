import { deflateRawSync } from "node:zlib";
import { encodeFrame, Opcode } from "@exws/frame";
import { jsonMessage } from "../servers/json-message.ts";
import type { Peer } from "./peer.ts";
import type { Scenario } from "./scenario.ts";

/** What the generator sends to one kind of server in one scenario. */
export type ClientBytes = {
  /** The HTTP request. */
  readonly head: Uint8Array;
  /** One batch of an echo, or what makes the server broadcast. */
  readonly message: Uint8Array;
  /** What follows the opening handshake. */
  readonly hello: Uint8Array;
  /** Messages that come before a connection is ready. */
  readonly greetings: number;
};

/** Any key will do: it is the server's work that counts, and masking with 0 would be none. */
const maskKey = 0x37fa213d;

function frame(scenario: Scenario, text: string): Uint8Array {
  const opcode = scenario.type === "text" ? Opcode.Text : Opcode.Binary;
  const payload = Buffer.from(text);
  if (!scenario.deflate || scenario.kind !== "echo") return encodeFrame({ opcode, payload }, maskKey);
  // The tail of a flush, 00 00 FF FF, is left off (RFC 7692 §7.2.1).
  const compressed = deflateRawSync(payload, { finishFlush: 2 }).subarray(0, -4);
  return encodeFrame({ opcode, rsv: 4, payload: compressed }, maskKey);
}

function request(path: string, deflate: boolean): Uint8Array {
  const extension =
    "Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover; server_no_context_takeover";
  return Buffer.from(
    [
      `GET ${path} HTTP/1.1`,
      "Host: 127.0.0.1",
      "Upgrade: websocket",
      "Connection: Upgrade",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      "Sec-WebSocket-Version: 13",
      ...(deflate ? [extension] : []),
      "\r\n",
    ].join("\r\n"),
  );
}

/** Builds all of it once, before anything is measured. */
export function clientBytes(peer: Peer, scenario: Scenario): ClientBytes {
  if (peer.speaks === "socket.io") {
    // Engine.IO 4: "4" is a message, Socket.IO 5: "0" connects, "2" is an event.
    return {
      head: request("/socket.io/?EIO=4&transport=websocket", scenario.deflate),
      message: encodeFrame(
        { opcode: Opcode.Text, payload: Buffer.from(`42["send",${scenario.batch}]`) },
        maskKey,
      ),
      hello: encodeFrame({ opcode: Opcode.Text, payload: Buffer.from("40") }, maskKey),
      greetings: 2,
    };
  }
  const one = frame(
    scenario,
    scenario.kind === "broadcast" ? String(scenario.batch) : jsonMessage(scenario.size),
  );
  const message = scenario.kind === "echo" ? Buffer.concat(new Array(scenario.batch).fill(one)) : one;
  return { head: request("/", scenario.deflate), message, hello: new Uint8Array(), greetings: 0 };
}
