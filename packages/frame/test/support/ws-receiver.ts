import type { Message } from "@exws/frame";
import * as ws from "ws";

type WsError = Error & { code: string; [key: symbol]: unknown };

/** The part of the Receiver of ws that reads frames; it is not in the types of ws. */
type Receiver = {
  on(event: string, listener: (...args: never[]) => void): void;
  _write(chunk: Uint8Array, encoding: string, done: (error?: WsError) => void): void;
};
type ReceiverClass = new (options: {
  isServer: boolean;
  maxPayload: number;
  maxFragments: number;
  allowSynchronousEvents: boolean;
}) => Receiver;

/** What ws makes of a stream: its messages, a Close the last of them, and the code of its error, `WS_ERR_...`. */
export type WsOutcome = { readonly delivered: Message[]; readonly error: string | undefined };

/** Decodes a stream with the Receiver of ws, in one chunk. */
export function decodeWithWs(
  bytes: Uint8Array,
  options: { role: "server" | "client"; maxMessage: number; maxFragments: number },
): WsOutcome {
  const { Receiver } = ws as unknown as { Receiver: ReceiverClass };
  const receiver = new Receiver({
    isServer: options.role === "server",
    maxPayload: options.maxMessage,
    maxFragments: options.maxFragments,
    allowSynchronousEvents: true,
  });
  const delivered: Message[] = [];
  let failure: string | undefined;
  const own = (data: Buffer) => Uint8Array.from(data);
  receiver.on("message", (data: Buffer, isBinary: boolean) =>
    delivered.push(isBinary ? { type: "binary", data: own(data) } : { type: "text", data: data.toString() }),
  );
  receiver.on("ping", (data: Buffer) => delivered.push({ type: "ping", data: own(data) }));
  receiver.on("pong", (data: Buffer) => delivered.push({ type: "pong", data: own(data) }));
  receiver.on("conclude", (code: number, reason: Buffer) =>
    delivered.push({ type: "close", code, reason: reason.toString() }),
  );
  // Below the stream machinery, so that an answer is there when the call returns. ws unmasks in place: it gets a copy.
  receiver._write(Buffer.from(bytes), "buffer", (error) => {
    failure = error?.code;
  });
  return { delivered, error: failure };
}
