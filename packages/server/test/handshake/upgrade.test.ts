import { describe, test } from "vitest";
import { expectAnswer, type Row } from "../support/answers.ts";
import { request } from "../support/http-bytes.ts";
import { start } from "../support/start.ts";

const upgrade = (...lines: string[]): Buffer =>
  request({ replace: { Upgrade: lines.map((value) => `Upgrade: ${value}`).join("\r\n") } });
const connection = (...lines: string[]): Buffer =>
  request({ replace: { Connection: lines.map((value) => `Connection: ${value}`).join("\r\n") } });

const refused = { answer: [426], headers: [["Upgrade", "websocket"]] } as const;

const rows: Row[] = [
  {
    id: "H037",
    what: "no Upgrade is refused",
    bytes: request({ without: ["Upgrade"] }),
    ...refused,
    error: "upgrade",
  },
  { id: "H038", what: "an Upgrade to h2c is refused", bytes: upgrade("h2c"), ...refused, error: "upgrade" },
  { id: "H039", what: "the case of `WebSocket` does not matter", bytes: upgrade("WebSocket"), answer: [101] },
  {
    id: "H040",
    what: "`websocket, h2c` is only ever websocket",
    bytes: upgrade("websocket, h2c"),
    answer: [101, 426],
  },
  {
    id: "H041",
    what: "h2c and websocket on two lines are only ever websocket",
    bytes: upgrade("h2c", "websocket"),
    answer: [101, 426],
  },
  {
    id: "H042",
    what: "websocket with a version is refused",
    bytes: upgrade("websocket/13"),
    ...refused,
    error: "upgrade",
  },
  {
    id: "H043",
    what: "no Connection is refused",
    bytes: request({ without: ["Connection"] }),
    ...refused,
    error: "connection",
  },
  {
    id: "H044",
    what: "Connection: close is refused",
    bytes: connection("close"),
    ...refused,
    error: "connection",
  },
  { id: "H045", what: "Connection is a list", bytes: connection("keep-alive, Upgrade"), answer: [101] },
  {
    id: "H046",
    what: "two Connection lines are one list",
    bytes: connection("keep-alive", "Upgrade"),
    answer: [101],
  },
  {
    id: "H047",
    what: "`xUpgrade` is another token",
    bytes: connection("xUpgrade"),
    ...refused,
    error: "connection",
  },
  {
    id: "",
    what: "the case of `upgrade` in Connection does not matter",
    bytes: connection("uPGRADE"),
    answer: [101],
  },
];

describe("Upgrade and Connection (RFC 6455 §4.2.1)", () => {
  test.each(rows)("$id $what", async (row) => {
    const running = await start();
    await expectAnswer(running, row, false);
    running.log.clear();
    await expectAnswer(running, row, true);
  });
});
