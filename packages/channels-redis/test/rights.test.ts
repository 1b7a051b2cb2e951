import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { libraries } from "./support/clients.ts";
import { openBus, serverFor } from "./support/scene.ts";

/** The line of an ACL file that the README shows. */
const shown = /```text\nuser (exws [^`]+)```/
  .exec(readFileSync(new URL("../README.md", import.meta.url), "utf8"))![1]!
  .split(/\s+/)
  .filter((word) => word !== "")
  .join(" ");
const bounds = { count: 1, bytes: 1000, age: 60_000, keep: 60_000 };
const as = { username: "exws", password: "password" };

describe.each(libraries)("over $library", (library) => {
  test.each([
    ["that the README names are enough", shown],
    ["may even be fewer by the optional ones", shown.replace(/\+(client|script|command)\|\w+/g, "")],
  ])("the rights %s", async (_, user) => {
    const server = await serverFor({ users: [user] });
    const one = await openBus(library, server, { as, prefix: "dune" });
    await one.bus.subscribe(["t"]);
    await server.cut();
    await one.told(["down", "up"]);
    await one.say("t", "x");
    await one.hears("t", "x");
    expect((await one.bus.log!.append("t", Buffer.from("a"), bounds)).offset).toBe(1);
    expect((await one.bus.log!.append("t", Buffer.from("b"), bounds)).offset).toBe(2);
    expect((await one.bus.log!.read("u", undefined, bounds)).position.offset).toBe(0);
    expect(await server.command("PUBSUB", "SHARDNUMSUB", "dune:t")).toEqual(["dune:t", 1]);
  });

  test("those of another prefix are not", async () => {
    const server = await serverFor({ users: [shown] });
    const one = await openBus(library, server, { as, prefix: "caladan" });
    await expect(one.bus.subscribe(["t"])).rejects.toMatchObject({ code: "refused" });
    await expect(one.say("t", "x")).rejects.toMatchObject({ code: "refused" });
    await expect(one.bus.log!.append("t", Buffer.from("a"), bounds)).rejects.toMatchObject({
      code: "refused",
    });
    expect(one.states).toEqual([]);
  });
});
