import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  checkRequest,
  checkResponse,
  encodeAccept,
  encodeRequest,
  HandshakeError,
  parseExtensions,
  ResponseDecoder,
  requestFromParts,
} from "../src/index.ts";
import { cut, latin1 } from "./support/bytes.ts";
import { handshake, key, type Outcome, receive } from "./support/requests.ts";

const full = handshake({
  with: [
    "Origin: https://example.com",
    "Sec-WebSocket-Protocol: chat, superchat",
    'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits; a="b"',
    "X-Name: caf\xe9",
  ],
});

/** Octets that mean something to some parser, and any others. */
const octet = fc.oneof(
  fc.constantFrom(...'\r\n\0 \t:,;="\\/#?%\x7f\xff'.split("").map((c) => c.charCodeAt(0))),
  fc.nat(255),
);

/** A good request with octets put in, taken out or changed. */
const mutated = fc
  .array(
    fc.record({ at: fc.nat(full.length), remove: fc.nat(3), insert: fc.array(octet, { maxLength: 3 }) }),
    { maxLength: 4 },
  )
  .map((changes) => {
    const octets = [...latin1(full)];
    for (const { at, remove, insert } of changes) octets.splice(at, remove, ...insert);
    return Uint8Array.from(octets);
  });

const places = fc.array(fc.nat(full.length), { maxLength: 8 }).map((list) => list.sort((a, b) => a - b));

const tell = (outcome: Outcome) =>
  outcome.type === "accepted"
    ? { ...outcome, request: { ...outcome.request, headers: [...outcome.request.headers] } }
    : outcome;

describe("any octets", () => {
  test("a changed request is taken or refused with a HandshakeError, and nothing else is thrown", () => {
    fc.assert(
      fc.property(mutated, (octets) => {
        expect(["accepted", "refused", "waiting"]).toContain(receive([octets]).type);
      }),
      { numRuns: 3000 },
    );
  });

  test("however a request is cut, the same comes of it", () => {
    fc.assert(
      fc.property(mutated, places, (octets, at) => {
        const pieces = cut(
          octets,
          at.map((place) => Math.min(place, octets.length)),
        );
        expect(tell(receive(pieces))).toEqual(tell(receive([octets])));
      }),
      { numRuns: 3000 },
    );
  });

  test("noise is never taken", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => {
        expect(receive([octets]).type).not.toBe("accepted");
      }),
    );
  });

  test("a response is read or refused with a HandshakeError", () => {
    const good = [...encodeAccept({ key, protocol: "chat" })];
    fc.assert(
      fc.property(fc.nat(good.length), fc.nat(3), fc.array(octet, { maxLength: 3 }), (at, remove, insert) => {
        const decoder = new ResponseDecoder();
        decoder.push(Uint8Array.from(good.toSpliced(at, remove, ...insert)));
        try {
          const head = decoder.next();
          if (head !== undefined) checkResponse(head.response, { key, protocols: ["chat"] });
        } catch (error) {
          expect(error).toBeInstanceOf(HandshakeError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe("what another HTTP server has parsed", () => {
  test("any parts make a request or a HandshakeError", () => {
    const text = fc.string({ unit: "binary", maxLength: 20 });
    const headers = fc.array(fc.tuple(fc.oneof(text, fc.constantFrom("Host", "Upgrade", "Origin")), text), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(text, text, text, headers, (method, url, version, pairs) => {
        try {
          checkRequest(requestFromParts(method, url, version, pairs.flat()));
        } catch (error) {
          expect(error).toBeInstanceOf(HandshakeError);
        }
      }),
    );
  });

  test("the parts of a decoded request make the same request", () => {
    fc.assert(
      fc.property(mutated, (octets) => {
        const outcome = receive([octets]);
        if (outcome.type !== "accepted") return;
        const { method, target, httpVersion, headers } = outcome.request;
        const again = requestFromParts(method, target, httpVersion, [...headers].flat());
        expect(checkRequest(again)).toEqual(outcome.upgrade);
        expect([...again.headers]).toEqual([...headers]);
      }),
    );
  });
});

describe("both ends together", () => {
  const token = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,12}$/);
  const tokens = fc.uniqueArray(token, { maxLength: 5 });
  const params = fc.array(fc.record({ name: token, value: fc.oneof(token, fc.constant(true as const)) }), {
    maxLength: 3,
  });
  const extensions = fc.uniqueArray(fc.record({ name: token, params }), {
    selector: ({ name }) => name,
    maxLength: 4,
  });
  const header = fc.tuple(
    token.map((name) => `x-${name}`),
    fc.string({ unit: fc.nat(255).map((c) => String.fromCharCode(c)) }),
  );

  test("the request that a client writes is the one that a server reads", () => {
    fc.assert(
      fc.property(tokens, extensions, (protocols, extensions) => {
        const outcome = receive([encodeRequest({ host: "a", target: "/b?c", key, protocols, extensions })]);
        expect(outcome).toMatchObject({
          type: "accepted",
          upgrade: { key, protocols, extensions, origin: undefined },
        });
      }),
    );
  });

  test("the answer that a server writes is the one that a client reads", () => {
    fc.assert(
      fc.property(tokens, extensions, fc.nat(5), (protocols, extensions, pick) => {
        const protocol = protocols[pick];
        const decoder = new ResponseDecoder();
        decoder.push(encodeAccept({ key, protocol, extensions }));
        const { response, rest } = decoder.next()!;
        expect(rest).toHaveLength(0);
        expect(checkResponse(response, { key, protocols, extensions })).toEqual({
          protocol: protocol ?? "",
          extensions,
        });
      }),
    );
  });

  test("a header is either written so that it reads back, or a TypeError", () => {
    fc.assert(
      fc.property(header, ([name, value]) => {
        let bytes: Uint8Array;
        try {
          bytes = encodeAccept({ key, headers: { [name]: value } });
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError);
          return;
        }
        const decoder = new ResponseDecoder();
        decoder.push(bytes);
        const { response, rest } = decoder.next()!;
        expect([...response.headers].slice(3)).toEqual([
          [name.toLowerCase(), value.replace(/^[ \t]+|[ \t]+$/g, "")],
        ]);
        expect(rest).toHaveLength(0);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("names of Object.prototype", () => {
  test("as header, subprotocol or extension they do nothing to any object", () => {
    const before = Object.getOwnPropertyNames(Object.prototype);
    for (const name of [...before, "prototype"]) {
      const lines = [
        `${name}: ${name}`,
        `Sec-WebSocket-Protocol: ${name}`,
        `Sec-WebSocket-Extensions: ${name}; ${name}=${name}`,
      ];
      const outcome = receive([latin1(handshake({ with: lines }))]);
      if (outcome.type !== "accepted") throw new Error(outcome.type);
      expect(outcome.request.headers.get(name)).toBe(name);
      expect(outcome.upgrade.protocols).toEqual([name]);
      expect(parseExtensions(name)[0]!.name).toBe(name);
    }
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
});
