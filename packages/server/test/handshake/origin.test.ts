import { describe, expect, test } from "vitest";
import { expectAnswer } from "../support/answers.ts";
import { request } from "../support/http-bytes.ts";
import { start, type TestOptions } from "../support/start.ts";

type Rule = NonNullable<TestOptions["origin"]>;

const from = (host: string, ...origins: string[]): Buffer =>
  request({ replace: { Host: `Host: ${host}` }, add: origins.map((origin) => `Origin: ${origin}`) });

/** What §4A of reliability.md asks: rule, Host, Origin lines, may it connect. */
const rows: [what: string, rule: Rule | undefined, host: string, origins: string[], allowed: boolean][] = [
  ["no Origin (not a browser)", undefined, "app.example", [], true],
  ["the same origin", undefined, "app.example", ["http://app.example"], true],
  ["the same origin with a port", undefined, "app.example:8080", ["http://app.example:8080"], true],
  ["another site", undefined, "app.example", ["http://evil.test"], false],
  ["our name as a label of another site", undefined, "app.example", ["https://app.example.evil.com"], false],
  ["another name that ends like ours", undefined, "app.example", ["https://evil-app.example"], false],
  ["another port", undefined, "app.example", ["http://app.example:8080"], false],
  // Most servers without TLS of their own stand behind a proxy that ends it; nobody else can be https://<our name>.
  ["https in front of a proxy that ends TLS", undefined, "app.example", ["https://app.example"], true],
  ["https in front of it, but of another name", undefined, "app.example", ["https://evil.test"], false],
  ["H080 null", undefined, "app.example", ["null"], false],
  [
    "H079 Origin twice, both good",
    undefined,
    "app.example",
    ["http://app.example", "http://app.example"],
    false,
  ],
  ["H079 Origin twice, one bad", undefined, "app.example", ["http://app.example", "http://evil.test"], false],
  ["user information", undefined, "app.example", ["http://app.example@evil.test"], false],
  ["user information before our name", undefined, "app.example", ["http://evil@app.example"], false],
  ["an origin with a path", undefined, "app.example", ["http://app.example/x"], false],
  ["an empty Origin", undefined, "app.example", [""], false],
  ["an Origin of 10 kB", undefined, "app.example", [`http://${"a".repeat(10_000)}`], false],
  ["an origin that is no URL", undefined, "app.example", ["app.example"], false],
  ["a look-alike with a non-ASCII letter", undefined, "app.example", ["http://\xe0pp.example"], false],
  ["the list names it", ["https://app.example"], "x.test", ["https://app.example"], true],
  [
    "the list compares hosts without case, and the default port is no port",
    ["https://app.example"],
    "x.test",
    ["HTTPS://APP.EXAMPLE:443"],
    true,
  ],
  ["the list does not name it", ["https://app.example"], "x.test", ["https://app.example.evil.com"], false],
  ["the list names another scheme", ["https://app.example"], "x.test", ["http://app.example"], false],
  [
    "the list names a punycode name",
    ["https://xn--bcher-kva.example"],
    "x.test",
    ["https://xn--bcher-kva.example"],
    true,
  ],
  ["with a list the own host is not enough", ["https://app.example"], "x.test", ["http://x.test"], false],
  ["with a list null is refused", ["https://app.example"], "x.test", ["null"], false],
  ["with a list no Origin is allowed", ["https://app.example"], "x.test", [], true],
  ["* allows any site", "*", "app.example", ["http://evil.test"], true],
  [
    "a function that says yes",
    (origin) => origin === "http://friend.test",
    "app.example",
    ["http://friend.test"],
    true,
  ],
  [
    "a function that says something else than true",
    (() => "yes") as never,
    "app.example",
    ["http://evil.test"],
    false,
  ],
  ["a function that only promises", (async () => true) as never, "app.example", ["http://evil.test"], false],
  [
    "a function that says no",
    (origin) => origin === "http://friend.test",
    "app.example",
    ["http://evil.test"],
    false,
  ],
];

describe("Origin (RFC 6455 §10.2)", () => {
  test.each(rows)("%s", async (what, rule, host, origins, allowed) => {
    const running = await start(rule === undefined ? {} : { origin: rule });
    const answer = allowed ? [101] : [403];
    await expectAnswer(running, { id: "", what, bytes: from(host, ...origins), answer }, false);
  });

  test("a trailing dot makes it another origin, or the same: never an error", async () => {
    const running = await start();
    const client = await running.connect();
    client.write(from("app.example", "http://app.example."));
    expect([101, 403]).toContain((await client.head()).status);
  });

  test("forwarded headers do not make the request secure or local", async () => {
    const running = await start();
    const client = await running.connect();
    client.write(
      request({
        add: [
          "Origin: https://app.example",
          "X-Forwarded-Proto: https",
          "X-Forwarded-Host: app.example",
          "Forwarded: host=app.example",
        ],
      }),
    );
    expect((await client.head()).status).toBe(403);
    await client.ended();
  });

  test("an origin rule that throws is a 500 and reaches onError; nobody gets in", async () => {
    const failure = new Error("rule failed");
    const running = await start({
      origin() {
        throw failure;
      },
    });
    const client = await running.connect();
    client.write(from("app.example", "http://app.example"));
    expect((await client.head()).status).toBe(500);
    await client.ended();
    expect(running.takeErrors()).toEqual([failure]);
    expect(running.log.lines()).toEqual([]);
  });
});
