import { expect, test } from "vitest";
import { answerDeflateOffer, type OfferName, readDeflateAnswer } from "./deflate-offer.ts";

const plain = { clientNoContext: false, serverNoContext: false, clientWindow: 15, serverWindow: 15 };

test.each([
  ["permessage-deflate", plain],
  ["permessage-deflate; server_no_context_takeover", { ...plain, serverNoContext: true }],
  [
    "permessage-deflate; client_no_context_takeover; client_max_window_bits=9",
    { ...plain, clientNoContext: true, clientWindow: 9 },
  ],
  ['permessage-deflate; server_max_window_bits="8"', { ...plain, serverWindow: 8 }],
])("it takes the answer %s", (header, agreed) => {
  expect(readDeflateAnswer(header)).toMatchObject(agreed);
});

test.each([
  ["x-webkit-deflate-frame", /was not offered/],
  ["permessage-deflate, permessage-deflate", /twice/],
  ["permessage-deflate, foo", /was not offered/],
  ["permessage-deflate; foo", /no parameter foo/],
  ["permessage-deflate; server_max_window_bits=9; server_max_window_bits=9", /twice/],
  ["permessage-deflate; server_max_window_bits=7", /cannot be 7/],
  ["permessage-deflate; server_max_window_bits=16", /cannot be 16/],
  ["permessage-deflate; client_max_window_bits", /without a value/],
  ["permessage-deflate; server_no_context_takeover=1", /cannot be 1/],
])("it refuses the answer %s", (header, reason) => {
  expect(() => readDeflateAnswer(header)).toThrow(reason);
});

const offers = [
  "permessage-deflate",
  "permessage-deflate; client_max_window_bits",
  "permessage-deflate; server_no_context_takeover; server_max_window_bits=10; client_max_window_bits",
];

// The answers of the genuine suite.
test.each<[OfferName, (string | undefined)[]]>([
  ["plain", ["", "", "; server_no_context_takeover; server_max_window_bits=10"]],
  [
    "no-context",
    [
      "; client_no_context_takeover",
      "; client_no_context_takeover",
      "; server_no_context_takeover; server_max_window_bits=10; client_no_context_takeover",
    ],
  ],
  [
    "window-9",
    [
      undefined,
      "; client_max_window_bits=9",
      "; server_no_context_takeover; server_max_window_bits=10; client_max_window_bits=9",
    ],
  ],
  [
    "no-context-window-15",
    [
      undefined,
      "; client_no_context_takeover; client_max_window_bits=15",
      "; server_no_context_takeover; server_max_window_bits=10; client_no_context_takeover; client_max_window_bits=15",
    ],
  ],
  [
    "three",
    [
      "; client_no_context_takeover",
      "; client_no_context_takeover; client_max_window_bits=9",
      "; server_no_context_takeover; server_max_window_bits=10; client_no_context_takeover; client_max_window_bits=9",
    ],
  ],
])("as a server with the rule %s it answers offers as the genuine suite does", (name, answers) => {
  const got = offers.map((offer) => answerDeflateOffer(name, offer)?.header);
  expect(got).toEqual(
    answers.map((answer) => (answer === undefined ? undefined : `permessage-deflate${answer}`)),
  );
});
