import { describe, test } from "vitest";
import { expectAnswer, type Row } from "../support/answers.ts";
import { request } from "../support/http-bytes.ts";
import { start } from "../support/start.ts";

const host = (value: string): Buffer => request({ replace: { Host: `Host: ${value}` } });
const bad = { answer: [400], error: "host" } as const;

const rows: Row[] = [
  { id: "H030", what: "no Host is refused", bytes: request({ without: ["Host"] }), ...bad },
  { id: "H031", what: "Host twice is refused", bytes: request({ add: ["Host: exws.test"] }), ...bad },
  {
    id: "H032",
    what: "two different Hosts are refused",
    bytes: request({ add: ["Host: other.test"] }),
    ...bad,
  },
  { id: "H033", what: "an empty Host is refused", bytes: host(""), ...bad },
  { id: "H034", what: "a Host with a path is refused", bytes: host("exws.test/ws"), ...bad },
  { id: "H035", what: "a Host with user information is refused", bytes: host("user@exws.test"), ...bad },
  { id: "H036", what: "a Host with a space is refused", bytes: host("exws test"), ...bad },
  { id: "", what: "a Host with a port is accepted", bytes: host("exws.test:4545"), answer: [101] },
  { id: "", what: "an IPv6 Host is accepted", bytes: host("[::1]:4545"), answer: [101] },
  { id: "", what: "a Host in a list is refused", bytes: host("exws.test, other.test"), ...bad },
];

describe("Host (RFC 9112 §3.2)", () => {
  test.each(rows)("$id $what", async (row) => {
    const running = await start();
    await expectAnswer(running, row, false);
    running.log.clear();
    await expectAnswer(running, row, true);
  });
});
