/** The module `@exws/frame`, wherever it was loaded from. */
export type FrameModule = typeof import("@exws/frame");

type Example = { name: string; wire: string; decoded: string };

const bytesOf = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (octet) => Number.parseInt(octet, 16));
const hexOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (octet) => octet.toString(16).padStart(2, "0")).join("");

const ramp = (length: number): Uint8Array => Uint8Array.from({ length }, (_, index) => index & 0xff);

/** RFC 6455 §5.7, octet for octet. */
const examples: readonly Example[] = [
  { name: "an unmasked text message", wire: "810548656c6c6f", decoded: "text Hello" },
  { name: "a masked text message", wire: "818537fa213d7f9f4d5158", decoded: "text Hello" },
  { name: "a fragmented unmasked text message", wire: "010348656c80026c6f", decoded: "text Hello" },
  { name: "an unmasked Ping", wire: "890548656c6c6f", decoded: "ping 48656c6c6f" },
  { name: "the masked Pong to it", wire: "8a8537fa213d7f9f4d5158", decoded: "pong 48656c6c6f" },
  {
    name: "256 octets of binary data, unmasked",
    wire: `827e0100${hexOf(ramp(256))}`,
    decoded: `binary ${hexOf(ramp(256))}`,
  },
  {
    name: "64 KiB of binary data, unmasked",
    wire: `827f0000000000010000${hexOf(ramp(65_536))}`,
    decoded: `binary ${hexOf(ramp(65_536))}`,
  },
];

/** Streams that a decoder refuses: role, octets, error code. */
const violations: readonly (readonly ["server" | "client", string, string])[] = [
  ["server", "810548656c6c6f", "unmasked-frame"],
  ["client", "818537fa213d7f9f4d5158", "masked-frame"],
  ["client", "c10548656c6c6f", "reserved-bits"],
  ["client", "8300", "reserved-opcode"],
  ["client", "0900", "fragmented-control"],
  ["client", "8001", "unexpected-continuation"],
  ["client", "8102c080", "invalid-utf8"],
  ["client", "880203ee", "invalid-close-code"],
  ["client", "827f8000000000000000", "length-overflow"],
];

/**
 * Puts the codec through the RFC's examples, whole and cut, round trips and refusals, with nothing but the language:
 * the same check runs in Node, Bun, Deno and a browser. Returns how many checks passed; throws at the first that fails.
 */
export function checkFrame(frame: FrameModule): number {
  let passed = 0;
  const equal = (name: string, actual: string, expected: string): void => {
    if (actual !== expected) {
      throw new Error(`${name}: got ${actual.slice(0, 200)}, expected ${expected.slice(0, 200)}`);
    }
    passed += 1;
  };

  const show = (message: import("@exws/frame").Message): string => {
    if (message.type === "close") return `close ${message.code} ${message.reason}`;
    return `${message.type} ${typeof message.data === "string" ? message.data : hexOf(message.data)}`;
  };

  /** Everything a decoder makes of the octets, cut into pieces of `size`. */
  const decode = (role: "server" | "client", wire: Uint8Array, size: number): string => {
    const decoder = new frame.MessageDecoder({ role });
    const messages: string[] = [];
    for (let at = 0; at < wire.length; at += size) {
      decoder.push(wire.slice(at, at + size));
      for (let message = decoder.next(); message !== undefined; message = decoder.next()) {
        messages.push(show(message));
      }
    }
    return messages.join(" | ");
  };

  const roleFor = (wire: Uint8Array): "server" | "client" => (wire[1]! & 0x80 ? "server" : "client");
  const everySize = (wire: Uint8Array): readonly number[] =>
    wire.length < 100
      ? Array.from({ length: wire.length }, (_, index) => index + 1)
      : [1, 3, 1000, wire.length];

  for (const { name, wire, decoded } of examples) {
    const bytes = bytesOf(wire);
    for (const size of everySize(bytes)) {
      equal(`${name}, decoded in pieces of ${size}`, decode(roleFor(bytes), bytes, size), decoded);
    }
  }

  const hello = bytesOf("48656c6c6f");
  equal("an encoded text", hexOf(frame.encodeText("Hello")), "810548656c6c6f");
  equal("an encoded masked text", hexOf(frame.encodeText("Hello", 0x37fa213d)), "818537fa213d7f9f4d5158");
  equal("an encoded Ping", hexOf(frame.encodePing(hello)), "890548656c6c6f");
  equal("an encoded masked Pong", hexOf(frame.encodePong(hello, 0x37fa213d)), "8a8537fa213d7f9f4d5158");
  equal("256 octets encoded", hexOf(frame.encodeBinary(ramp(256))), `827e0100${hexOf(ramp(256))}`);
  equal("64 KiB encoded", hexOf(frame.encodeBinary(ramp(65_536))), examples[6]!.wire);
  equal(
    "an encoded fragmented text",
    hexOf(frame.encodeFrame({ fin: false, opcode: frame.Opcode.Text, payload: hello.subarray(0, 3) })) +
      hexOf(frame.encodeFrame({ opcode: frame.Opcode.Continuation, payload: hello.subarray(3) })),
    "010348656c80026c6f",
  );
  equal("a prepared message", hexOf(frame.text("Hello").bytes), "810548656c6c6f");

  for (const length of [0, 1, 125, 126, 127, 65_535, 65_536, 100_000]) {
    for (const key of [undefined, 0, 0x01020304, 0xfffefdfc]) {
      const payload = ramp(length);
      const wire = frame.encodeBinary(payload, key);
      const role = key === undefined ? "client" : "server";
      for (const size of [wire.length, 4_097]) {
        equal(`${length} octets there and back`, decode(role, wire, size), `binary ${hexOf(payload)}`);
      }
    }
  }

  for (const word of ["", "κόσμε", "日本語", "🙂 \ufeff", "a".repeat(300)]) {
    const wire = frame.encodeText(word, 0x8badf00d);
    for (const size of everySize(wire))
      equal("a text there and back", decode("server", wire, size), `text ${word}`);
  }
  equal("a close there and back", decode("client", frame.encodeClose(1000, "bye"), 1), "close 1000 bye");
  equal("an empty close", decode("client", frame.encodeClose(), 1), "close 1005 ");

  for (const [role, wire, code] of violations) {
    const before = bytesOf(role === "server" ? "818100000000" + "61" : "810161");
    for (const size of [1, 100]) {
      let seen = "";
      try {
        seen = decode(role, Uint8Array.from([...before, ...bytesOf(wire)]), size);
      } catch (error) {
        if (!(error instanceof frame.ProtocolError)) throw error;
        seen = error.code;
      }
      equal(`a refusal of ${wire}`, seen, code);
    }
  }
  return passed;
}
