import { CloseCode } from "@exws/frame";
import { describe, expect, test } from "vitest";
import { closeFrame, frame, hex } from "../test/support/frame-bytes.ts";
import { DecoderPool } from "./decoder-pool.ts";
import { closeReply, Protocol, type ProtocolEvent } from "./protocol.ts";

/** Everything that comes out, violations by their code. */
function drain(protocol: Protocol): string[] {
  const events: string[] = [];
  for (let event = protocol.next(); event !== undefined; event = protocol.next()) {
    events.push(describeEvent(event));
    if (event.type === "close") protocol.on("peer-close");
    if (event.type === "violation") protocol.on("fail");
  }
  return events;
}

function describeEvent(event: ProtocolEvent): string {
  switch (event.type) {
    case "violation":
      return `violation ${event.error.code} ${event.error.closeCode}`;
    case "close":
      return `close ${event.code} ${event.reason}`.trimEnd();
    case "text":
      return `text ${event.data}`;
    default:
      return `${event.type} ${Buffer.from(event.data).toString("hex")}`.trimEnd();
  }
}

function receive(protocol: Protocol, bytes: Uint8Array): string[] {
  protocol.receive(bytes, 0, bytes.length);
  return drain(protocol);
}

const server = (): Protocol => new Protocol(new DecoderPool({ role: "server" }));

/** Name, octets from the peer, what comes out. */
const streams: readonly (readonly [string, Buffer, string[]])[] = [
  ["a masked text message (RFC 6455 §5.7)", hex("81 85 37fa213d 7f9f4d5158"), ["text Hello"]],
  ["a masked Ping (RFC 6455 §5.5.2)", hex("89 85 00000000 48656c6c6f"), ["ping 48656c6c6f"]],
  ["a masked Pong (RFC 6455 §5.7)", hex("8a 85 37fa213d 7f9f4d5158"), ["pong 48656c6c6f"]],
  [
    "two fragments of a text (RFC 6455 §5.4)",
    hex("01 83 00000000 48656c  80 82 00000000 6c6f"),
    ["text Hello"],
  ],
  [
    "a Ping between two fragments comes out first (RFC 6455 §5.4)",
    hex("01 81 00000000 61  89 80 00000000  80 81 00000000 62"),
    ["ping", "text ab"],
  ],
  ["a Close without a code is 1005 (RFC 6455 §7.1.5)", hex("88 80 00000000"), ["close 1005"]],
  ["a Close with code and reason", hex("88 85 00000000 03e8 627965"), ["close 1000 bye"]],
  [
    "nothing comes out after a Close (RFC 6455 §5.5.1)",
    hex("81 81 00000000 61  88 80 00000000  81 81 00000000 62  ff ff ff"),
    ["text a", "close 1005"],
  ],
  [
    "what was complete before a violation comes out, nothing after it",
    hex("82 81 00000000 01  83 80 00000000  81 81 00000000 62"),
    ["binary 01", "violation reserved-opcode 1002"],
  ],
  ["an unmasked frame (RFC 6455 §5.1)", hex("81 05 48656c6c6f"), ["violation unmasked-frame 1002"]],
  ["reserved bits (RFC 6455 §5.2)", hex("c1 80 00000000"), ["violation reserved-bits 1002"]],
  ["text that is not UTF-8 (RFC 6455 §8.1)", hex("81 81 00000000 ff"), ["violation invalid-utf8 1007"]],
  [
    "a Close with a payload of one octet (RFC 6455 §5.5.1)",
    hex("88 81 00000000 03"),
    ["violation invalid-close-payload 1002"],
  ],
];

describe("what the octets of the peer amount to", () => {
  test.each(streams)("%s", (_, bytes, events) => {
    expect(receive(server(), bytes)).toEqual(events);
  });

  test.each(streams)("%s, cut at every byte", (_, bytes, events) => {
    for (let cut = 1; cut < bytes.length; cut++) {
      const protocol = server();
      const first = receive(protocol, bytes.subarray(0, cut));
      expect([...first, ...receive(protocol, bytes.subarray(cut))], `cut at ${cut}`).toEqual(events);
    }
  });

  test.each(streams)("%s, byte by byte, from memory that is used again", (_, bytes, events) => {
    const protocol = server();
    const memory = Buffer.alloc(3);
    const seen: string[] = [];
    for (const octet of bytes) {
      memory[1] = octet;
      protocol.receive(memory, 1, 2);
      seen.push(...drain(protocol));
    }
    expect(seen).toEqual(events);
  });
});

describe("the state", () => {
  test("is open, and not clean, at first", () => {
    const protocol = server();
    expect([protocol.state, protocol.wasClean, protocol.isInsideMessage]).toEqual(["open", false, false]);
    expect(protocol.next()).toBeUndefined();
  });

  test("the peer's Close and our reply make it clean (RFC 6455 §7.1.4)", () => {
    const protocol = server();
    protocol.receive(closeFrame(1000), 0, 8);
    expect(protocol.next()?.type).toBe("close");
    expect([protocol.state, protocol.wasClean]).toEqual(["open", false]);
    expect(protocol.on("peer-close")).toEqual({ state: "ending", send: "reply", transport: "end" });
    expect([protocol.state, protocol.wasClean]).toEqual(["ending", true]);
  });

  test("our Close and the peer's make it clean, and only one of ours goes out", () => {
    const protocol = server();
    expect(protocol.on("close").send).toBe("close");
    expect(protocol.wasClean).toBe(false);
    const bytes = closeFrame(1000);
    protocol.receive(bytes, 0, bytes.length);
    expect(protocol.next()?.type).toBe("close");
    expect(protocol.on("peer-close")).toEqual({ state: "ending", send: "nothing", transport: "end" });
    expect(protocol.wasClean).toBe(true);
  });

  test.each(["fail", "peer-end", "timeout", "gone"] as const)("%s does not make it clean", (event) => {
    for (const closing of [false, true]) {
      const protocol = server();
      if (closing) protocol.on("close");
      protocol.on(event);
      expect(protocol.wasClean).toBe(false);
    }
  });

  test("a peer whose Close came before the connection broke is not clean without our reply", () => {
    const protocol = server();
    const bytes = closeFrame(1000);
    protocol.receive(bytes, 0, bytes.length);
    protocol.next();
    protocol.on("gone");
    expect([protocol.state, protocol.wasClean]).toEqual(["closed", false]);
  });

  test("tells whether a frame or a fragmented message has begun and not ended", () => {
    const protocol = server();
    const inside: boolean[] = [];
    for (const octet of hex("01 81 00000000 61  80 80 00000000")) {
      protocol.receive(Buffer.of(octet), 0, 1);
      drain(protocol);
      inside.push(protocol.isInsideMessage);
    }
    expect(inside).toEqual([...Array(12).fill(true), false]);
  });
});

describe("after our Close", () => {
  const talk = Buffer.concat([
    frame({ opcode: 1, payload: "late" }),
    frame({ opcode: 9, payload: "late" }),
    frame({ opcode: 10 }),
    frame({ opcode: 2, fin: false, payload: "la" }),
    frame({ opcode: 0, payload: "te" }),
  ]);

  test("messages, Pings and Pongs of the peer are passed over, its Close is found (RFC 6455 §7.1.2)", () => {
    const protocol = server();
    protocol.on("close");
    const bytes = Buffer.concat([talk, closeFrame(1000)]);
    expect(receive(protocol, bytes)).toEqual(["close 1000"]);
    for (let cut = 1; cut < bytes.length; cut++) {
      const other = server();
      other.on("close");
      const first = receive(other, bytes.subarray(0, cut));
      expect([...first, ...receive(other, bytes.subarray(cut))]).toEqual(["close 1000"]);
    }
  });

  test("a Close in the middle of the peer's message is still to be found at its end", () => {
    const protocol = server();
    expect(receive(protocol, hex("01 81 00000000 61"))).toEqual([]);
    protocol.on("close");
    expect(receive(protocol, hex("80 81 00000000 62  88 80 00000000"))).toEqual(["close 1005"]);
  });

  test("a violation is still one", () => {
    const protocol = server();
    protocol.on("close");
    expect(receive(protocol, Buffer.concat([talk, hex("81 00")]))).toEqual(["violation unmasked-frame 1002"]);
    expect(protocol.state).toBe("ending");
  });

  test.each(["peer-close", "fail", "peer-end", "timeout", "gone"] as const)(
    "and %s, nothing that comes matters",
    (event) => {
      const protocol = server();
      protocol.on("close");
      protocol.on(event);
      expect(receive(protocol, Buffer.concat([talk, hex("ff ff ff")]))).toEqual([]);
    },
  );
});

test("what had been received before the end does not come out after it", () => {
  const protocol = server();
  const bytes = hex("81 81 00000000 61  81 81 00000000 62");
  protocol.receive(bytes, 0, bytes.length);
  expect(protocol.next()).toEqual({ type: "text", data: "a" });
  protocol.on("gone");
  expect(protocol.next()).toBeUndefined();
});

test("limits on messages and fragments are violations with their codes", () => {
  const options = { role: "server", maxMessage: 4, maxFragments: 2 } as const;
  expect(receive(new Protocol(new DecoderPool(options)), hex("82 85 00000000"))).toEqual([
    "violation message-too-large 1009",
  ]);
  const fragments = hex("02 80 00000000  00 80 00000000  00 80 00000000");
  expect(receive(new Protocol(new DecoderPool(options)), fragments)).toEqual([
    "violation too-many-fragments 1008",
  ]);
});

describe("several connections that share their decoders", () => {
  test("each hears its own peer, however their bytes come in turns", () => {
    for (const [, bytes, events] of streams) {
      const decoders = new DecoderPool({ role: "server" });
      const all = [new Protocol(decoders), new Protocol(decoders), new Protocol(decoders)];
      const seen: string[][] = all.map(() => []);
      for (const octet of bytes) {
        for (const [i, protocol] of all.entries()) seen[i]!.push(...receive(protocol, Buffer.of(octet)));
      }
      expect(seen).toEqual([events, events, events]);
    }
  });

  test("one that is lost in the middle of a read leaves nothing to the others", () => {
    const decoders = new DecoderPool({ role: "server" });
    for (const event of ["fail", "peer-end", "timeout", "gone", "peer-close"] as const) {
      const lost = new Protocol(decoders);
      const bytes = hex("81 81 00000000 61  81 81 00000000 62  01 81 00000000 63");
      lost.receive(bytes, 0, bytes.length);
      expect(lost.next()).toEqual({ type: "text", data: "a" });
      lost.on(event);
      expect(lost.next()).toBeUndefined();
      expect(receive(new Protocol(decoders), hex("81 81 00000000 78"))).toEqual(["text x"]);
    }
  });

  test("one that is read while another is keeps to its own bytes", () => {
    const decoders = new DecoderPool({ role: "server" });
    const [one, other] = [new Protocol(decoders), new Protocol(decoders)];
    const bytes = hex("81 81 00000000 61  81 81 00000000 62");
    one.receive(bytes, 0, bytes.length);
    expect(one.next()).toEqual({ type: "text", data: "a" });
    expect(receive(other, hex("81 81 00000000 78"))).toEqual(["text x"]);
    expect(drain(one)).toEqual(["text b"]);
  });
});

test("an error that is not the peer's is not taken for one", () => {
  const broken = (): never => {
    throw new TypeError("a bug");
  };
  const protocol = new Protocol(
    new DecoderPool({ role: "server", utf8: { isValid: broken, decode: broken } }),
  );
  protocol.receive(hex("81 81 00000000 61"), 0, 7);
  expect(() => protocol.next()).toThrow(TypeError);
});

describe("the reply to a Close (RFC 6455 §5.5.1)", () => {
  test("has no payload when the peer's had none", () => {
    expect(Buffer.from(closeReply(CloseCode.NoStatusReceived))).toEqual(hex("8800"));
  });

  test("has the peer's code and no reason", () => {
    expect(Buffer.from(closeReply(1000))).toEqual(hex("8802 03e8"));
    expect(Buffer.from(closeReply(4999))).toEqual(hex("8802 1387"));
  });
});
