/** Serves, talks to itself with a bare socket and prints what came back: for runs under unusual flags of Node. */
import { connect } from "node:net";
import { accept, binary, reject, serve, text } from "../../src/index.ts";

const seen: string[] = [];
const server = await serve({
  port: 0,
  host: "127.0.0.1",
  handler: {
    init: () => ({ name: "anonymous" }),
    handshake(request, connection) {
      if (request.path === "/no") return reject("no", { status: 403 });
      return accept({ state: { name: connection.state.name } });
    },
    open: (connection) => void connection.write(text(connection.state.name)),
    message(connection, data) {
      connection.write(typeof data === "string" ? data : binary(data));
    },
    ping: () => void seen.push("ping"),
    pong: () => void seen.push("pong"),
    drained: () => void seen.push("drained"),
    closed: (_connection, { code, by }) => void seen.push(`closed ${code} ${by}`),
    encode: (data) => data,
  },
  onError: (error) => void seen.push(String(error)),
  request: () => ({ status: 200, headers: { "content-type": "text/plain" }, body: "page" }),
  limits: { message: 1_048_576 },
  origin: "same",
});

if (process.argv[2]?.includes("pollute")) {
  // What a vulnerable dependency may have done: names that requests, frames, headers and events could be mistaken for.
  const names = [
    "x-evil",
    "origin",
    "upgrade",
    "connection",
    "sec-websocket-key",
    "sec-websocket-protocol",
    "chat",
  ];
  names.push(
    "permessage-deflate",
    "server_max_window_bits",
    "fin",
    "opcode",
    "rsv",
    "payload",
    "type",
    "data",
    "evil",
  );
  for (const name of names) (Object.prototype as Record<string, unknown>)[name] = "polluted";
}

const address = server.address();
const port = typeof address === "object" && address !== null ? address.port : 0;

/** Sends bytes, ends, and returns all that came back as latin1. */
function exchange(bytes: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1" }, () => socket.write(bytes));
    let received = "";
    socket.on("data", (chunk) => {
      received += chunk.toString("latin1");
    });
    socket.on("end", () => resolve(received));
    socket.on("error", reject);
  });
}

const handshake = (path: string, ...more: string[]): string =>
  [
    `GET ${path} HTTP/1.1`,
    "Host: exws.test",
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 13",
    ...more,
    "",
    "",
  ].join("\r\n");

const text1 = Buffer.from("8184000000006563686f", "hex");
const binary1 = Buffer.from("82820000000001ff", "hex");
const ping1 = Buffer.from("89810000000070", "hex");
const close1 = Buffer.from("8882000000000fa0", "hex");

const good = await exchange(Buffer.concat([Buffer.from(handshake("/ws")), text1, binary1, ping1, close1]));
const refused = await exchange(Buffer.from(handshake("/no")));
const foreign = await exchange(Buffer.from(handshake("/ws", "Origin: http://evil.test")));
const plain = await exchange(Buffer.from("GET / HTTP/1.1\r\nHost: exws.test\r\n\r\n"));
const broken = await exchange(
  Buffer.concat([Buffer.from(handshake("/ws")), Buffer.from("ff8000000000", "hex")]),
);
const body = (answer: string): string => answer.slice(answer.indexOf("\r\n\r\n") + 4);
const line = (answer: string): string => answer.slice(0, 12);
await server.close({});

console.log(
  JSON.stringify({
    port,
    good: [line(good), Buffer.from(body(good), "latin1").toString("hex")],
    refused: [line(refused), /\r\nerror: no\r\n/i.test(refused)],
    foreign: line(foreign),
    plain: [line(plain), body(plain)],
    broken: [line(broken), Buffer.from(body(broken), "latin1").toString("hex").includes("03ea")],
    evil: [good, refused, foreign, plain].some((answer) => /evil|polluted/.test(answer)),
    seen,
  }),
);
