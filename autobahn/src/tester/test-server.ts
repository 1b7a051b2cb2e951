import { connect as connectTcp, isIP } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Case } from "../catalogue/case.ts";
import type { Cutter } from "../wire/cutter.ts";
import { deflateOffer } from "../wire/deflate-offer.ts";
import { readHttpHead } from "../wire/http-head.ts";
import { caseLimit } from "./case-limit.ts";
import { type CaseResult, resultOf } from "./case-result.ts";
import { CaseRun, type RunOptions } from "./case-run.ts";
import { type ClientRequest, checkAnswer, writeRequest } from "./client-handshake.ts";
import { Connection } from "./connection.ts";
import type { ProtocolOptions } from "./protocol-options.ts";
import { WireLog } from "./wire-log.ts";
import { WireSocket } from "./wire-socket.ts";

/** A server to be tested. */
export type ServerTarget = {
  readonly url: URL;
  /** What the report calls it; else its own Server header, else UnknownServer. */
  readonly agent?: string | undefined;
  readonly origin?: string | undefined;
  readonly protocols: readonly string[];
  /** The name that TLS asks for, where it is not the url's. */
  readonly hostname?: string | undefined;
  readonly options: ProtocolOptions;
};

/** One run of a case. */
export type ServerRun = RunOptions & {
  readonly run: number;
  readonly cutter?: Cutter | undefined;
  /** Seconds; else as long as the case needs at most. */
  readonly timeout?: number | undefined;
};

const userAgent = "AutobahnTestSuite/exws";

/** Plays one case against a server, on a connection of its own. Resolves in any case, within the case's time. */
export function testServer(one: Case, target: ServerTarget, run: ServerRun): Promise<CaseResult> {
  return new Promise((resolve) => {
    const { url, options } = target;
    const started = new Date();
    const socket = openSocket(target);
    const log = new WireLog();
    const connection = new Connection({ socket, isServer: false, options, log, cutter: run.cutter });
    const request: ClientRequest = {
      url,
      key: Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64"),
      userAgent,
      origin: target.origin,
      protocols: target.protocols,
      offer: one.offer === undefined ? undefined : deflateOffer(one.offer),
    };
    const requestOctets = writeRequest(request);
    let caseRun: CaseRun | undefined;
    let reason = "the server dropped TCP during the opening handshake";
    let httpResponse = "?";
    let agent = target.agent;
    let head: Uint8Array = new Uint8Array(0);

    const refuse = (why: string): void => {
      reason = why;
      connection.wasNotCleanReason = why;
      connection.drop();
    };
    const handshakeTimer = connection.timers.start(options.openHandshakeTimeout, () => {
      connection.wasOpenHandshakeTimeout = true;
      refuse(`no answer to the opening handshake within ${options.openHandshakeTimeout} s`);
    });
    const limit = run.timeout ?? caseLimit(one);
    connection.timers.start(limit, () => {
      log.note(`The case has run for ${limit} s.`);
      if (connection.state === "connecting") refuse(`nothing came of it within ${limit} s`);
      else connection.drop();
    });

    const readAnswer = (chunk: Uint8Array): void => {
      head = Buffer.concat([head, chunk]);
      try {
        const answer = readHttpHead(head);
        if (answer === undefined) return;
        httpResponse = answer.text;
        agent ??= answer.fields.get("server");
        connection.timers.stop(handshakeTimer);
        const deflate = checkAnswer(answer, request);
        caseRun = new CaseRun(one, connection, run);
        caseRun.begin(deflate);
        connection.frames(answer.rest);
      } catch (error) {
        if (caseRun !== undefined) throw error;
        refuse(error instanceof Error ? error.message : String(error));
      }
    };

    socket.on("data", (chunk) => {
      if (connection.dropped) return;
      connection.received(chunk);
      if (connection.state === "connecting") readAnswer(chunk);
    });
    socket.on("error", (error) => {
      if (caseRun === undefined && !connection.dropped) reason = reasonOf(error);
    });
    // A half-closed connection is none for the genuine suite: what still waits to be sent is lost.
    socket.on("end", () => socket.destroy());
    socket.on("close", () => {
      connection.lost();
      resolve(
        resultOf({
          case: one,
          agent: agent ?? "UnknownServer",
          started,
          connection,
          httpRequest: Buffer.from(requestOctets).toString("latin1"),
          httpResponse,
          run: run.run,
          caseRun,
          reason,
        }),
      );
    });
    socket.on(url.protocol === "wss:" ? "secureConnect" : "connect", () => {
      socket.setNoDelay(options.tcpNoDelay);
      connection.output.send(requestOctets);
    });
  });
}

function openSocket({ url, hostname }: ServerTarget): WireSocket {
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const socket = new WireSocket();
  if (url.protocol !== "wss:") {
    socket.connect({ host, port: Number(url.port || 80) });
    return socket;
  }
  socket.connect({ host, port: Number(url.port || 443) });
  const name = hostname ?? host;
  // Whether a certificate is to be trusted is not what is tested.
  const tls = connectTls({
    socket,
    rejectUnauthorized: false,
    ...(isIP(name) === 0 && { servername: name }),
  });
  socket.on("error", (error) => tls.destroy(error));
  return tls as unknown as WireSocket;
}

/** What a failed connection is called: the system's word for it where there is one. */
export function reasonOf(error: Error & { code?: string; errors?: Error[] }): string {
  const first = error.errors?.[0] ?? error;
  const code = "code" in first ? String(first.code) : undefined;
  if (code === "ECONNREFUSED") return "the connection was refused (ECONNREFUSED)";
  if (code === "ECONNRESET") return "the server reset the connection (ECONNRESET)";
  return first.message === "" ? (code ?? "unknown error") : first.message;
}

/** Whether anything listens there: resolves with why not, or with nothing. */
export function whyUnreachable({ url }: ServerTarget): Promise<string | undefined> {
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  return new Promise((resolve) => {
    const socket = connectTcp({ host, port: Number(url.port || (url.protocol === "wss:" ? 443 : 80)) });
    socket.setTimeout(5000, () => socket.destroy(new Error("no connection within 5 s")));
    socket.on("connect", () => {
      socket.destroy();
      resolve(undefined);
    });
    socket.on("error", (error) => resolve(reasonOf(error)));
  });
}
