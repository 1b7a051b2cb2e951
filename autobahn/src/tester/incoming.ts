import type { Socket } from "node:net";
import type { Case } from "../catalogue/case.ts";
import type { Cutter } from "../wire/cutter.ts";
import { type HttpHead, readHttpHead } from "../wire/http-head.ts";
import { caseLimit } from "./case-limit.ts";
import { type CaseResult, resultOf } from "./case-result.ts";
import { CaseRun, type RunOptions } from "./case-run.ts";
import { Connection, type ConnectionEvents } from "./connection.ts";
import type { ProtocolOptions } from "./protocol-options.ts";
import type { ServerAnswer } from "./server-handshake.ts";
import { WireLog } from "./wire-log.ts";

/** A client's connection whose request has been read, and nothing answered yet. */
export type Incoming = {
  readonly socket: Socket;
  readonly head: HttpHead;
  readonly connection: Connection;
  readonly started: Date;
};

/** Reads the request of a new connection; the promise never settles for one that never gets so far. */
export function readIncoming(
  socket: Socket,
  options: ProtocolOptions,
  onRequest: (incoming: Incoming) => void,
  cutter?: Cutter,
): void {
  const started = new Date();
  const connection = new Connection({ socket, isServer: true, options, log: new WireLog(), cutter });
  let octets: Uint8Array = new Uint8Array(0);
  let answered = false;
  socket.setNoDelay(options.tcpNoDelay);
  connection.timers.start(options.openHandshakeTimeout, () => {
    if (!answered) connection.drop();
  });
  socket.on("data", (chunk: Buffer) => {
    if (connection.dropped) return;
    connection.received(chunk);
    if (answered) return;
    octets = Buffer.concat([octets, chunk]);
    try {
      const head = readHttpHead(octets);
      if (head === undefined) return;
      answered = true;
      onRequest({ socket, head, connection, started });
    } catch {
      connection.drop();
    }
  });
  socket.on("error", () => socket.destroy());
  socket.on("end", () => socket.destroy());
  socket.on("close", () => connection.lost());
}

/** Answers a handshake with yes and hands the connection to `events`. */
export function openIncoming(
  { connection, head }: Incoming,
  answer: ServerAnswer,
  events: ConnectionEvents,
): void {
  connection.output.send(answer.octets);
  connection.open(events);
  connection.frames(head.rest);
}

/** Plays one case against a client; resolves when its connection is gone. */
export function testClient(
  one: Case,
  agent: string,
  incoming: Incoming,
  answer: ServerAnswer,
  options: RunOptions & { readonly timeout?: number | undefined },
): Promise<CaseResult> {
  const { connection, head, started } = incoming;
  return new Promise((resolve) => {
    const caseRun = new CaseRun(one, connection, options);
    caseRun.closed = () => {
      resolve(
        resultOf({
          case: one,
          agent,
          started,
          connection,
          httpRequest: head.text,
          httpResponse: Buffer.from(answer.octets).toString("latin1"),
          run: 1,
          caseRun,
          reason: "",
        }),
      );
    };
    const limit = options.timeout ?? caseLimit(one);
    connection.timers.start(limit, () => {
      connection.log.note(`The case has run for ${limit} s.`);
      connection.drop();
    });
    connection.output.send(answer.octets);
    caseRun.begin(answer.deflate);
    connection.frames(head.rest);
  });
}
