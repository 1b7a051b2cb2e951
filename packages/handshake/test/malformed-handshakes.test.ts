import { describe, expect, test } from "vitest";
import { checkOrigin } from "../src/index.ts";
import { latin1 } from "./support/bytes.ts";
import { handshake, key, receive, receiveCut } from "./support/requests.ts";

/**
 * Deviations from a good handshake, numbered as in the catalogue they come from, and what a server answers.
 */
type Row = readonly [id: string, what: string, octets: string, status: number, code?: string];

const accepted = 101;
const line = (requestLine: string) => handshake({ line: requestLine });
const plus = (...lines: string[]) => handshake({ with: lines });
const instead = (without: string, ...lines: string[]) => handshake({ without, with: lines });

const rows: readonly Row[] = [
  ["H001", "a good handshake", handshake(), accepted],
  ["H002", "POST", line("POST /ws HTTP/1.1"), 405, "method"],
  ["H003", "HEAD", line("HEAD /ws HTTP/1.1"), 405, "method"],
  ["H004", "a method in lower case", line("get /ws HTTP/1.1"), 405, "method"],
  ["H005", "an unknown method", line("FOO /ws HTTP/1.1"), 405, "method"],
  ["H006", "CONNECT of an authority", line("CONNECT example.com:443 HTTP/1.1"), 400, "path"],
  ["H006", "CONNECT of a path", line("CONNECT /ws HTTP/1.1"), 400, "path"],
  ["H007", "HTTP/1.0", line("GET /ws HTTP/1.0"), 505, "protocol"],
  ["H008", "HTTP/2.0", line("GET /ws HTTP/2.0"), 505, "protocol"],
  ["H009", "HTTP/1.2", line("GET /ws HTTP/1.2"), 505, "protocol"],
  ["H010", "no version", line("GET /ws"), 400, "request_line"],
  ["H010", "no version but the space", line("GET /ws "), 400, "request_line"],
  ["H011", "a version in lower case", line("GET /ws http/1.1"), 400, "request_line"],
  ["H012", "two spaces before the target", line("GET  /ws HTTP/1.1"), 400, "request_line"],
  ["H012", "two spaces after the target", line("GET /ws  HTTP/1.1"), 400, "request_line"],
  ["H013", "tabs in the request line", line("GET\t/ws\tHTTP/1.1"), 400, "request_line"],
  ["H013", "a tab after the target", line("GET /ws\tHTTP/1.1"), 400, "request_line"],
  ["H014", "a space after the version", line("GET /ws HTTP/1.1 "), 400, "request_line"],
  [
    "H014",
    "an octet and a bare LF after the version",
    handshake().replace("\r\n", "x\n"),
    400,
    "request_line",
  ],
  ["H015", "only LFs", handshake().replaceAll("\r", ""), 400, "request_line"],
  ["H016", "only CRs", handshake().replaceAll("\n", ""), 400, "request_line"],
  ["H017", "one empty line first", `\r\n${handshake()}`, accepted],
  ["H017", "two empty lines first", `\r\n\r\n${handshake()}`, 400, "request_line"],
  ["H017", "a bare LF first", `\n${handshake()}`, 400, "request_line"],
  ["H017", "a bare CR first", `\r${handshake()}`, 400, "request_line"],
  ["H018", "a thousand empty lines first", "\r\n".repeat(1000) + handshake(), 400, "request_line"],
  ["H019", "an absolute target with the same host", line("GET http://example.com/ws HTTP/1.1"), 400, "path"],
  ["H020", "an absolute target with another host", line("GET http://evil.example/ws HTTP/1.1"), 400, "path"],
  ["H021", "the target *", line("GET * HTTP/1.1"), 400, "path"],
  ["H022", "a raw space in the target", line("GET /w s HTTP/1.1"), 400, "request_line"],
  ["H023", "NUL in the target", line("GET /w\0s HTTP/1.1"), 400, "path"],
  ["H024", "UTF-8 in the target", line("GET /w\xc3\xa9 HTTP/1.1"), 400, "path"],
  ["H025", "a fragment in the target", line("GET /ws#part HTTP/1.1"), 400, "path"],
  ["H026", "no leading slash", line("GET ws HTTP/1.1"), 404, "path"],
  ["H027", "two leading slashes", line("GET //ws HTTP/1.1"), 404, "path"],
  ["H028", "dot segments", line("GET /x/../ws HTTP/1.1"), 404, "path"],
  ["H028", "a single dot as segment", line("GET /./ws HTTP/1.1"), 404, "path"],
  ["H028", "a dot segment at the end", line("GET /ws/.. HTTP/1.1"), 404, "path"],
  ["H028", "encoded dot segments", line("GET /x/%2E%2e/ws HTTP/1.1"), 404, "path"],
  ["H028", "dots that are no segment", line("GET /..ws/...?../x HTTP/1.1"), accepted],
  ["H030", "no Host", instead("Host"), 400, "host"],
  ["H031", "Host twice, the same", plus("Host: example.com"), 400, "host"],
  ["H032", "Host twice, different", plus("Host: evil.example"), 400, "host"],
  ["H033", "Host empty", instead("Host", "Host:"), 400, "host"],
  ["H034", "Host with a path", instead("Host", "Host: example.com/ws"), 400, "host"],
  ["H035", "Host with userinfo", instead("Host", "Host: user@example.com"), 400, "host"],
  ["H036", "Host with a space", instead("Host", "Host: exam ple.com"), 400, "host"],
  ["H037", "no Upgrade", instead("Upgrade"), 426, "upgrade"],
  ["H038", "Upgrade: h2c", instead("Upgrade", "Upgrade: h2c"), 426, "upgrade"],
  ["H039", "Upgrade: WebSocket", instead("Upgrade", "Upgrade: WebSocket"), accepted],
  ["H040", "Upgrade: websocket, h2c", instead("Upgrade", "Upgrade: websocket, h2c"), accepted],
  ["H041", "Upgrade twice", instead("Upgrade", "Upgrade: h2c", "Upgrade: websocket"), accepted],
  ["H042", "Upgrade: websocket/13", instead("Upgrade", "Upgrade: websocket/13"), 426, "upgrade"],
  ["H043", "no Connection", instead("Connection"), 426, "connection"],
  ["H044", "Connection: close", instead("Connection", "Connection: close"), 426, "connection"],
  [
    "H045",
    "Connection: keep-alive, Upgrade",
    instead("Connection", "Connection: keep-alive, Upgrade"),
    accepted,
  ],
  [
    "H046",
    "Connection twice",
    instead("Connection", "Connection: keep-alive", "Connection: upgrade"),
    accepted,
  ],
  ["H047", "Connection: xUpgrade", instead("Connection", "Connection: xUpgrade"), 426, "connection"],
  [
    "H048",
    "the handshake of draft 76",
    "GET /ws HTTP/1.1\r\nHost: example.com\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\nOrigin: http://example.com\r\n" +
      "Sec-WebSocket-Key1: 4 @1  46546xW%0l 1 5\r\nSec-WebSocket-Key2: 12998 5 Y3 1  .P00\r\n\r\n^n:ds[4U",
    426,
    "version",
  ],
  ["H049", "no key", instead("Sec-WebSocket-Key"), 400, "key"],
  ["H050", "an empty key", instead("Sec-WebSocket-Key", "Sec-WebSocket-Key:"), 400, "key"],
  ["H051", "15 octets", instead("Sec-WebSocket-Key", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAA"), 400, "key"],
  [
    "H052",
    "17 octets",
    instead("Sec-WebSocket-Key", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAAA="),
    400,
    "key",
  ],
  [
    "H053",
    "a key not in base64",
    instead("Sec-WebSocket-Key", "Sec-WebSocket-Key: !!!!!!!!!!!!!!!!!!!!!!=="),
    400,
    "key",
  ],
  [
    "H054",
    "a key with spare bits set",
    instead("Sec-WebSocket-Key", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZR=="),
    accepted,
  ],
  ["H055", "the key twice", plus(`Sec-WebSocket-Key: ${key}`), 400, "key"],
  [
    "H056",
    "white space around the key",
    instead("Sec-WebSocket-Key", `Sec-WebSocket-Key: \t ${key} \t`),
    accepted,
  ],
  ["also", "no version header", instead("Sec-WebSocket-Version"), 426, "version"],
  ["H058", "version 8", instead("Sec-WebSocket-Version", "Sec-WebSocket-Version: 8"), 426, "version"],
  ["H059", "version 14", instead("Sec-WebSocket-Version", "Sec-WebSocket-Version: 14"), 426, "version"],
  ["H060", "version 13, 8", instead("Sec-WebSocket-Version", "Sec-WebSocket-Version: 13, 8"), 426, "version"],
  ["H061", "version 0xd", instead("Sec-WebSocket-Version", "Sec-WebSocket-Version: 0xd"), 426, "version"],
  ["H062", "version 1.3e1", instead("Sec-WebSocket-Version", "Sec-WebSocket-Version: 1.3e1"), 426, "version"],
  ["H063", "version 13 twice", plus("Sec-WebSocket-Version: 13"), 426, "version"],
  ["H064", "a subprotocol that is no token", plus("Sec-WebSocket-Protocol: a b"), 400, "subprotocol"],
  ["H064", "a subprotocol outside ASCII", plus("Sec-WebSocket-Protocol: caf\xe9"), 400, "subprotocol"],
  ["H065", "a subprotocol twice", plus("Sec-WebSocket-Protocol: a, b, a"), 400, "subprotocol"],
  [
    "H065",
    "a subprotocol in two lines",
    plus("Sec-WebSocket-Protocol: a", "Sec-WebSocket-Protocol: a"),
    400,
    "subprotocol",
  ],
  ["H066", "an empty subprotocol list", plus("Sec-WebSocket-Protocol:"), 400, "subprotocol"],
  ["H067", "an empty subprotocol", plus("Sec-WebSocket-Protocol: a,,b"), 400, "subprotocol"],
  ["H067", "a comma at the end", plus("Sec-WebSocket-Protocol: a,"), 400, "subprotocol"],
  ["H069", "a subprotocol named __proto__", plus("Sec-WebSocket-Protocol: __proto__, constructor"), accepted],
  ["H070", "extensions of garbage", plus("Sec-WebSocket-Extensions: ;;=,"), 400, "extensions"],
  ["H071", "a parameter twice", plus("Sec-WebSocket-Extensions: permessage-deflate; a; a"), accepted],
  [
    "H072",
    "window bits 7",
    plus("Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=7"),
    accepted,
  ],
  [
    "H073",
    "window bits 8",
    plus("Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=8"),
    accepted,
  ],
  [
    "H074",
    "window bits without value",
    plus("Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits"),
    accepted,
  ],
  ["H075", "an unknown parameter", plus("Sec-WebSocket-Extensions: permessage-deflate; foo=bar"), accepted],
  [
    "H076",
    "a quoted value that is no token",
    plus('Sec-WebSocket-Extensions: x; a="b c"'),
    400,
    "extensions",
  ],
  [
    "H077",
    "an extension named constructor",
    plus("Sec-WebSocket-Extensions: constructor; __proto__=1"),
    accepted,
  ],
  ["H078", "700 offers", plus(`Sec-WebSocket-Extensions: ${"x, ".repeat(699)}x`), 400, "extensions"],
  ["H079", "Origin twice", plus("Origin: http://example.com", "Origin: http://example.com"), 403, "origin"],
  ["H081", "a header without colon", plus("Foo bar"), 400, "headers"],
  ["H081", "a header that is a name and nothing else", plus("Foo"), 400, "headers"],
  ["H082", "a space before the colon", plus("Foo : bar"), 400, "headers"],
  ["H083", "an empty header name", plus(": bar"), 400, "headers"],
  ["H084", "a header name that is no token", plus("F(o)o: bar"), 400, "headers"],
  ["H084", "a header name outside ASCII", plus("F\xf6\xf6: bar"), 400, "headers"],
  ["H085", "a space after the request line", handshake().replace("\r\nHost", "\r\n Host"), 400, "headers"],
  ["H086", "a folded header", plus("Foo: bar", " baz"), 400, "headers"],
  ["H086", "a header folded with a tab", plus("Foo: bar", "\tbaz"), 400, "headers"],
  ["H087", "NUL in a value", plus("Foo: a\0b"), 400, "headers"],
  ["H088", "a bare CR in a value", plus("Foo: a\rb"), 400, "headers"],
  ["H089", "a bare LF in a value", plus("Foo: a\nb"), 400, "headers"],
  ["H089", "a bare LF for the empty line", handshake().replace(/\r\n$/, "\n"), 400, "headers"],
  ["H089", "a bare CR for the empty line", handshake().replace(/\n$/, "x"), 400, "headers"],
  ["H090", "\\x01 in a value", plus("Foo: a\x01b"), 400, "headers"],
  ["H091", "\\x7f in a value", plus("Foo: a\x7fb"), 400, "headers"],
  ["H092", "\\xff in a value", plus("Foo: a\xffb"), accepted],
  ["also", "no Upgrade, no key", "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n", 426, "upgrade"],
  ["H097", "Content-Length: 0", plus("Content-Length: 0"), accepted],
  ["H098", "a body with its length", `${plus("Content-Length: 5")}hello`, 400, "headers"],
  ["H099", "a body that is a frame", `${plus("Content-Length: 7")}\x81\x81\0\0\0\0a`, 400, "headers"],
  ["H100", "a body that does not come", plus("Content-Length: 5"), 400, "headers"],
  ["H101", "a chunked body", `${plus("Transfer-Encoding: chunked")}0\r\n\r\n`, 400, "headers"],
  ["H102", "both", plus("Transfer-Encoding: chunked", "Content-Length: 5"), 400, "headers"],
  ["H103", "Content-Length twice", plus("Content-Length: 0", "Content-Length: 0"), 400, "headers"],
  ["H103", "Content-Length: 0, 0", plus("Content-Length: 0, 0"), 400, "headers"],
  ["H104", "Content-Length: -1", plus("Content-Length: -1"), 400, "headers"],
  ["H105", "Content-Length: +0", plus("Content-Length: +0"), 400, "headers"],
  ["H106", "Content-Length: 0x0", plus("Content-Length: 0x0"), 400, "headers"],
  ["H106", "Content-Length: 00", plus("Content-Length: 00"), 400, "headers"],
  ["H106", "Content-Length empty", plus("Content-Length:"), 400, "headers"],
  ["H107", "Transfer-Encoding: xchunked", plus("Transfer-Encoding: xchunked"), 400, "headers"],
  ["H108", "Transfer-Encoding: identity", plus("Transfer-Encoding: identity"), 400, "headers"],
  ["H109", "Expect: 100-continue", plus("Expect: 100-continue"), 417, "expect"],
  ["H120", "the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "request_line"],
  ["H121", "a PROXY header", `PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n${handshake()}`, 400, "request_line"],
];

/** Too long to cut at every octet one after the other; cut in a few places instead. */
const large: readonly Row[] = [
  ["H029", "a target of 100 kB", line(`GET /${"a".repeat(100_000)} HTTP/1.1`), 414, "request_line"],
  [
    "H068",
    "12 kB of spaces in a list",
    plus(`Sec-WebSocket-Protocol: a${" ".repeat(12_000)}b`),
    400,
    "subprotocol",
  ],
  [
    "H068",
    "12 kB of spaces before an item",
    plus(`Sec-WebSocket-Protocol: a,${" ".repeat(12_000)}b`),
    400,
    "subprotocol",
  ],
  [
    "H068",
    "12 kB of nothing else",
    plus(`Sec-WebSocket-Protocol: ${" ".repeat(12_000)}`),
    400,
    "subprotocol",
  ],
  ["H093", "a header of 20 kB", plus(`Foo: ${"a".repeat(20_000)}`), 431, "headers"],
  ["H093", "a header name of 20 kB", plus(`${"a".repeat(20_000)}: b`), 431, "headers"],
  ["H094", "150 headers", plus(...Array.from({ length: 145 }, (_, i) => `X-${i}: y`)), 431, "headers"],
  ["H095", "3,000 headers", plus(...Array.from({ length: 2995 }, (_, i) => `X-${i}: y`)), 431, "headers"],
  [
    "H119",
    "a TLS hello",
    `\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03${"\x5a".repeat(500)}`,
    400,
    "request_line",
  ],
  ["H122", "64 kB of 0xff", "\xff".repeat(65_536), 400, "request_line"],
  ["H123", "64 kB of 0x00", "\0".repeat(65_536), 400, "request_line"],
];

const told = (row: Row) => `${row[0]}: ${row[1]}`;

describe("a handshake that deviates gets its answer, wherever it is cut", () => {
  test.each(rows.map((row) => [told(row), row] as const))("%s", (_, [, , octets, status, code]) => {
    expect(receiveCut(octets)).toMatchObject(
      status === accepted ? { type: "accepted" } : { type: "refused", status, code },
    );
  });

  test.each(large.map((row) => [told(row), row] as const))("%s", (_, [, , octets, status, code]) => {
    const bytes = latin1(octets);
    for (const size of [1, 7, 1000, bytes.length]) {
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size),
      );
      expect(receive(pieces)).toMatchObject({ type: "refused", status, code });
    }
  });
});

describe("what the answers carry", () => {
  test("405 says that GET is allowed", () => {
    expect(receiveCut(line("POST /ws HTTP/1.1"))).toMatchObject({ headers: [["Allow", "GET"]] });
  });

  test("426 says what to upgrade to, and to which version", () => {
    const upgrade = ["Upgrade", "websocket"];
    expect(receiveCut(instead("Upgrade"))).toMatchObject({ headers: [upgrade] });
    expect(receiveCut(instead("Connection"))).toMatchObject({ headers: [upgrade] });
    expect(receiveCut(instead("Sec-WebSocket-Version"))).toMatchObject({
      headers: [upgrade, ["Sec-WebSocket-Version", "13"]],
    });
  });

  test("H080: the origin null is refused by the rule", () => {
    const outcome = receiveCut(plus("Origin: null"));
    if (outcome.type !== "accepted") throw new Error(outcome.type);
    expect(checkOrigin(outcome.upgrade.origin, "same", { host: "example.com", secure: false })).toBe(false);
  });

  test("H092: octets above 0x7f stay as they are", () => {
    const outcome = receiveCut(plus("Foo: a\xff\x80\x9f\xe9b"));
    if (outcome.type !== "accepted") throw new Error(outcome.type);
    expect(outcome.request.headers.get("foo")).toBe("a\xff\x80\x9f\xe9b");
  });

  test("H110-H112: frames in the handshake's own segment come out behind it", () => {
    const frames = "\x81\x81\0\0\0\0a\x81\x81\0\0\0\0b\x81\xff";
    expect(receiveCut(handshake() + frames)).toMatchObject({ type: "accepted", rest: frames });
  });

  test("H118: a request that ends early is waited for, never guessed at", () => {
    const octets = handshake();
    for (let length = 0; length < octets.length; length++) {
      expect(receive([latin1(octets.slice(0, length))])).toEqual({ type: "waiting" });
    }
  });
});

describe("what cannot become a request is refused at the first octet that tells", () => {
  test.each([
    ["a TLS hello", "\x16", 1],
    ["NUL", "\0", 1],
    ["0xff", "\xff", 1],
    ["a space", " GET / HTTP/1.1", 1],
    ["a second empty line", "\r\n\r", 3],
    ["the preface of HTTP/2", "PRI * HTTP/2.0", 4],
    ["a PROXY header", "PROXY TCP4 1.2.3.4", 6],
    ["PROXY version 2", "\r\n\r\n\0\r\nQUIT\n", 3],
    ["an SSH hello", "SSH-2.0-OpenSSH_9.2\r\n", 20],
    ["another protocol after the target", "DESCRIBE rtsp://h/ RTSP/1.0", 20],
    ["a request of HTTP/0.9", "GET /\r", 6],
  ])("%s", (_, octets, length) => {
    expect(receive([latin1(octets.slice(0, length - 1))])).toEqual({ type: "waiting" });
    expect(receive([latin1(octets.slice(0, length))])).toMatchObject({ type: "refused", status: 400 });
  });
});
