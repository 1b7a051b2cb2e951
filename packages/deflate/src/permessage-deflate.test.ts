import { binary } from "@exws/frame";
import { type HandshakeRequest, parseExtensions } from "@exws/handshake";
import { expect, test, vi } from "vitest";
import { connect } from "../test/support/connection.ts";
import { json, noise } from "../test/support/messages.ts";
import { Engine } from "./engine.ts";
import { permessageDeflate } from "./permessage-deflate.ts";

const offer = (header: string) => parseExtensions(header)[0]!;
const names = (header: string, options = {}) =>
  permessageDeflate(options)
    .negotiate(offer(header))
    ?.params.map(({ name, value }) => (value === true ? name : `${name}=${value}`));

test("it goes by its registered name and gives no context takeover unless asked", () => {
  expect(permessageDeflate().name).toBe("permessage-deflate");
  expect(names("permessage-deflate")).toEqual(["server_no_context_takeover", "client_no_context_takeover"]);
  expect(names("permessage-deflate", { serverContextTakeover: true })).toEqual([
    "client_no_context_takeover",
  ]);
  expect(names("permessage-deflate", { clientContextTakeover: true })).toEqual([
    "server_no_context_takeover",
  ]);
});

test("a client is asked to keep to the window that we keep for it", () => {
  const options = { clientContextTakeover: true, serverContextTakeover: true, clientMaxWindowBits: 11 };
  expect(names("permessage-deflate; client_max_window_bits", options)).toEqual(["client_max_window_bits=11"]);
});

test("a window of 8 bits is declined for our compressor, and any of 9 to 15 agreed to", () => {
  expect(names("permessage-deflate; server_max_window_bits=8")).toBeUndefined();
  for (let bits = 9; bits <= 15; bits += 1) {
    expect(names(`permessage-deflate; server_max_window_bits=${bits}`)).toContain(
      `server_max_window_bits=${bits}`,
    );
  }
});

test("options are checked when it is made", () => {
  expect(() => permessageDeflate({ level: 10 })).toThrow(RangeError);
});

test("a client can be refused by its request", () => {
  const allows = vi.fn((request: HandshakeRequest) => request.path !== "/old-safari");
  const extension = permessageDeflate({ allows });
  expect(extension.allows({ path: "/old-safari" } as HandshakeRequest)).toBe(false);
  expect(extension.allows({ path: "/" } as HandshakeRequest)).toBe(true);
  expect(permessageDeflate().allows({} as HandshakeRequest)).toBe(true);
});

test.each([
  "x",
  "permessage-deflate; server_max_window_bits=8",
  "permessage-deflate; client_max_window_bits",
])("it does not start with %s, which it never answers", (agreed) => {
  expect(() => permessageDeflate().start(offer(agreed), 1_000)).toThrow(TypeError);
});

test("connections share what is prepared when they agreed on the same window, and only then", () => {
  const extension = permessageDeflate();
  const message = binary(json(5_000));
  const nine = "permessage-deflate; server_max_window_bits=9";
  const frames = [
    connect(extension),
    connect(extension),
    connect(extension, nine),
    connect(extension, nine),
  ].map((connection) => connection.encodePrepared(message) as Uint8Array);
  expect(frames[0]).toBe(frames[1]);
  expect(frames[2]).toBe(frames[3]);
  expect(frames[2]).not.toEqual(frames[0]);
});

test("we may use a smaller window than was agreed on", () => {
  const far = Buffer.concat([noise(1_000, 1), noise(2_000, 2), noise(1_000, 1)]);
  expect(connect(permessageDeflate({ serverMaxWindowBits: 10 })).encode(far)).toBeUndefined();
  expect(connect(permessageDeflate()).encode(far)).toBeInstanceOf(Uint8Array);
});

test("the limit on messages is that of the connection", async () => {
  const extension = permessageDeflate();
  const payload = connect(extension).encode(json(2_000)) as Uint8Array;
  expect(connect(extension, undefined, 2_000).decode(payload)).toHaveLength(2_000);
  expect(() => connect(extension, undefined, 1_999).decode(payload)).toThrow(
    expect.objectContaining({ code: "message-too-large", closeCode: 1009 }),
  );
});

test("where zlib objects cannot be used again, messages come out the same", async () => {
  const usual = connect(permessageDeflate());
  vi.spyOn(Engine, "of").mockReturnValue(undefined);
  const other = connect(permessageDeflate());
  vi.restoreAllMocks();
  const message = json(20_000);
  expect(other.decode(usual.encode(message) as Uint8Array)).toEqual(message);
  expect(usual.decode(other.encode(message) as Uint8Array)).toEqual(message);
});
