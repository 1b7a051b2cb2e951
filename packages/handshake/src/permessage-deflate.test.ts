import { describe, expect, test } from "vitest";
import { formatExtension, formatExtensions, parseExtensions } from "./extension.ts";
import { HandshakeError } from "./handshake-error.ts";
import { negotiateExtensions } from "./negotiate-extensions.ts";
import {
  acceptPermessageDeflate,
  answerPermessageDeflate,
  offerPermessageDeflate,
  type PermessageDeflatePolicy,
  readPermessageDeflate,
} from "./permessage-deflate.ts";

const policy: PermessageDeflatePolicy = {
  serverContextTakeover: false,
  clientContextTakeover: false,
  serverMinWindowBits: 9,
  clientMaxWindowBits: 15,
};
const takeover = { ...policy, serverContextTakeover: true, clientContextTakeover: true };

/** The header that a server with this policy answers an offer with; empty when it declines all. */
const answer = (offers: string, wanted: PermessageDeflatePolicy = policy) =>
  formatExtensions(
    negotiateExtensions(parseExtensions(offers), [
      { name: "permessage-deflate", negotiate: (offer) => answerPermessageDeflate(offer, wanted) },
    ]),
  );

const both = "server_no_context_takeover; client_no_context_takeover";

describe("as a server", () => {
  const autobahn = "permessage-deflate; client_no_context_takeover; client_max_window_bits";

  test.each([
    ["Chrome, Safari, Node", "permessage-deflate; client_max_window_bits", both],
    ["Firefox", "permessage-deflate", both],
    ["ws", "permessage-deflate; client_max_window_bits", both],
    ["Autobahn 12.x, 13.1", autobahn, both],
    ["Autobahn 13.2", `${autobahn}; server_no_context_takeover`, both],
    ["Autobahn 13.3", `${autobahn}; server_max_window_bits=9`, `${both}; server_max_window_bits=9`],
    ["Autobahn 13.4", `${autobahn}; server_max_window_bits=15`, `${both}; server_max_window_bits=15`],
    [
      "Autobahn 13.5",
      `${autobahn}; server_no_context_takeover; server_max_window_bits=9`,
      `${both}; server_max_window_bits=9`,
    ],
    [
      "Autobahn 13.6",
      `${autobahn}; server_no_context_takeover; server_max_window_bits=15`,
      `${both}; server_max_window_bits=15`,
    ],
    [
      "Autobahn 13.7",
      [
        `${autobahn}; server_no_context_takeover; server_max_window_bits=9`,
        `${autobahn}; server_no_context_takeover`,
        autobahn,
      ].join(),
      `${both}; server_max_window_bits=9`,
    ],
    [
      "a limit of its own",
      "permessage-deflate; client_max_window_bits=10",
      `${both}; client_max_window_bits=10`,
    ],
    ["a limit that is none", "permessage-deflate; client_max_window_bits=15", both],
    [
      "quoted values",
      'permessage-deflate; server_max_window_bits="10"',
      `${both}; server_max_window_bits=10`,
    ],
  ])("%s: %s is agreed to", (_, offer, expected) => {
    expect(answer(offer)).toBe(`permessage-deflate; ${expected}`);
  });

  test.each([
    ["permessage-deflate", ""],
    ["permessage-deflate; client_max_window_bits", ""],
    ["permessage-deflate; client_max_window_bits=9", "; client_max_window_bits=9"],
    ["permessage-deflate; server_no_context_takeover", "; server_no_context_takeover"],
    ["permessage-deflate; client_no_context_takeover", "; client_no_context_takeover"],
    ["permessage-deflate; server_max_window_bits=12", "; server_max_window_bits=12"],
  ])("that takes over context, %s is answered with no more than it asks for", (offer, expected) => {
    expect(answer(offer, takeover)).toBe(`permessage-deflate${expected}`);
  });

  test.each([
    ["permessage-deflate; client_max_window_bits", "; client_max_window_bits=10"],
    ["permessage-deflate; client_max_window_bits=12", "; client_max_window_bits=10"],
    ["permessage-deflate; client_max_window_bits=9", "; client_max_window_bits=9"],
    // It cannot be asked to keep to 10 bits: so it may not take over what we would have to remember.
    ["permessage-deflate", "; client_no_context_takeover"],
  ])("that wants to keep 10 bits for a client, %s is answered with %s", (offer, expected) => {
    expect(answer(offer, { ...takeover, clientMaxWindowBits: 10 })).toBe(`permessage-deflate${expected}`);
  });

  test.each([
    "permessage-deflate; unknown",
    "permessage-deflate; constructor",
    "permessage-deflate; __proto__=1",
    "permessage-deflate; Client_Max_Window_Bits",
    "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
    "permessage-deflate; client_max_window_bits; client_max_window_bits=10",
    "permessage-deflate; server_max_window_bits=10; server_max_window_bits=10",
    "permessage-deflate; server_no_context_takeover=true",
    "permessage-deflate; client_no_context_takeover=1",
    "permessage-deflate; server_max_window_bits",
    ...["0", "7", "8.0", "08", "09", "+9", "-9", "1e1", "16", "100", "1000", "0x9", "x"].flatMap((bits) => [
      `permessage-deflate; server_max_window_bits=${bits}`,
      `permessage-deflate; client_max_window_bits=${bits}`,
    ]),
    // zlib compresses with no less than 9.
    "permessage-deflate; server_max_window_bits=8",
    "permessage-bzip2",
    "x-webkit-deflate-frame",
    "Permessage-Deflate",
  ])("%s is declined, which is no failure", (offer) => {
    expect(answer(offer)).toBe("");
    expect(answer(`${offer}, permessage-deflate`)).toBe(`permessage-deflate; ${both}`);
  });

  test("a compressor that can keep to 8 bits agrees to them", () => {
    const offer = parseExtensions("permessage-deflate; server_max_window_bits=8")[0]!;
    const agreed = answerPermessageDeflate(offer, { ...takeover, serverMinWindowBits: 8 });
    expect(agreed?.params).toEqual([{ name: "server_max_window_bits", value: "8" }]);
  });

  test("a client may limit itself to 8 bits", () => {
    expect(answer("permessage-deflate; client_max_window_bits=8", takeover)).toBe(
      "permessage-deflate; client_max_window_bits=8",
    );
  });
});

describe("as a client", () => {
  const accept = (offers: string, answered: string) =>
    acceptPermessageDeflate(parseExtensions(offers), parseExtensions(answered)[0]!);

  test("an offer has the parameters that are set", () => {
    expect(formatExtension(offerPermessageDeflate())).toBe("permessage-deflate");
    expect(formatExtension(offerPermessageDeflate({ clientMaxWindowBits: true }))).toBe(
      "permessage-deflate; client_max_window_bits",
    );
    expect(
      formatExtension(
        offerPermessageDeflate({
          serverNoContextTakeover: true,
          clientNoContextTakeover: true,
          serverMaxWindowBits: 8,
          clientMaxWindowBits: 15,
        }),
      ),
    ).toBe(
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=8; client_max_window_bits=15",
    );
  });

  test.each([7, 16, 9.5, Number.NaN, -10])("a window of %d bits cannot be offered", (bits) => {
    expect(() => offerPermessageDeflate({ serverMaxWindowBits: bits })).toThrow(/serverMaxWindowBits/);
    expect(() => offerPermessageDeflate({ clientMaxWindowBits: bits })).toThrow(RangeError);
  });

  test("an answer without parameters allows everything", () => {
    expect(accept("permessage-deflate; client_max_window_bits", "permessage-deflate")).toEqual({
      serverNoContextTakeover: false,
      clientNoContextTakeover: false,
      serverMaxWindowBits: 15,
      clientMaxWindowBits: 15,
    });
  });

  test("an answer may limit what was left open", () => {
    expect(
      accept(
        "permessage-deflate; client_max_window_bits",
        `permessage-deflate; ${both}; server_max_window_bits=8; client_max_window_bits=9`,
      ),
    ).toEqual({
      serverNoContextTakeover: true,
      clientNoContextTakeover: true,
      serverMaxWindowBits: 8,
      clientMaxWindowBits: 9,
    });
  });

  test("a client keeps to the window that it named, also when the answer does not repeat it", () => {
    const offer = "permessage-deflate; client_max_window_bits=11";
    expect(accept(offer, "permessage-deflate").clientMaxWindowBits).toBe(11);
    expect(accept(offer, "permessage-deflate; client_max_window_bits=10").clientMaxWindowBits).toBe(10);
  });

  test("an answer may belong to any of the offers", () => {
    const offers = "permessage-deflate; server_max_window_bits=9, permessage-deflate; client_max_window_bits";
    expect(accept(offers, "permessage-deflate").serverMaxWindowBits).toBe(15);
    expect(accept(offers, "permessage-deflate; server_max_window_bits=9").serverMaxWindowBits).toBe(9);
  });

  test.each([
    ["permessage-deflate; server_no_context_takeover", "permessage-deflate"],
    ["permessage-deflate; server_max_window_bits=10", "permessage-deflate"],
    ["permessage-deflate; server_max_window_bits=10", "permessage-deflate; server_max_window_bits=11"],
    ["permessage-deflate", "permessage-deflate; client_max_window_bits=10"],
    ["permessage-deflate; client_max_window_bits", "permessage-deflate; client_max_window_bits"],
    ["permessage-deflate; client_max_window_bits=10", "permessage-deflate; client_max_window_bits=11"],
    ["permessage-deflate", "permessage-deflate; unknown"],
    ["permessage-deflate", "permessage-deflate; server_max_window_bits=7"],
    ["permessage-deflate", "permessage-deflate; server_max_window_bits"],
    ["permessage-deflate", `permessage-deflate; ${both}; client_no_context_takeover`],
    ["permessage-deflate", "permessage-bzip2"],
    ["permessage-bzip2", "permessage-deflate"],
    ["x", "permessage-deflate"],
  ])("to %s, %s is no answer", (offer, answered) => {
    expect(() => accept(offer, answered)).toThrow(HandshakeError);
    expect(() => accept(offer, answered)).toThrow(expect.objectContaining({ code: "extensions" }));
  });

  test("whatever one end offers and the other is willing to do, both read the same out of the answer", () => {
    const flags = [false, true];
    const bits = [undefined, 9, 12, 15];
    for (const serverNoContextTakeover of flags)
      for (const clientNoContextTakeover of flags)
        for (const serverMaxWindowBits of bits)
          for (const clientMaxWindowBits of [...bits, true as const])
            for (const serverContextTakeover of flags)
              for (const clientContextTakeover of flags)
                for (const most of [9, 12, 15]) {
                  const offer = offerPermessageDeflate({
                    serverNoContextTakeover,
                    clientNoContextTakeover,
                    ...(serverMaxWindowBits !== undefined && { serverMaxWindowBits }),
                    ...(clientMaxWindowBits !== undefined && { clientMaxWindowBits }),
                  });
                  const answered = answerPermessageDeflate(offer, {
                    serverContextTakeover,
                    clientContextTakeover,
                    serverMinWindowBits: 9,
                    clientMaxWindowBits: most,
                  })!;
                  const agreed = acceptPermessageDeflate([offer], answered);
                  expect(readPermessageDeflate(answered)).toEqual(agreed);
                  expect(agreed.serverNoContextTakeover).toBe(
                    serverNoContextTakeover || !serverContextTakeover,
                  );
                  expect(agreed.serverMaxWindowBits).toBe(serverMaxWindowBits ?? 15);
                  if (!agreed.clientNoContextTakeover)
                    expect(agreed.clientMaxWindowBits).toBeLessThanOrEqual(most);
                }
  });
});

test("what is no answer of permessage-deflate reads as nothing", () => {
  const read = (header: string) => readPermessageDeflate(parseExtensions(header)[0]!);
  expect(read("permessage-deflate; client_max_window_bits")).toBeUndefined();
  expect(read("permessage-deflate; server_max_window_bits=16")).toBeUndefined();
  expect(read("x")).toBeUndefined();
});
