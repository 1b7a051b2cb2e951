import { describe, expect, test } from "vitest";
import { opened } from "../support/opened.ts";

describe("wrong arguments of close()", () => {
  test.each([0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_536, -1, 1000.5, Number.NaN])(
    "the code %d is a RangeError",
    async (code) => {
      const { connection } = await opened();
      expect(() => connection.close(code)).toThrow(RangeError);
      expect(connection.readyState).toBe("open");
    },
  );

  test.each([
    ["a number", 5],
    ["a Float32Array", new Float32Array(4)],
    ["a Uint8Array", new Uint8Array(4)],
    ["a DataView", new DataView(new ArrayBuffer(8))],
    ["an object with a length", { length: 20 }],
  ])("a reason that is %s is a TypeError, or sent as exactly its own octets", async (_, reason) => {
    const { client, connection } = await opened();
    try {
      connection.close(4000, reason as never);
    } catch (error) {
      expect(error).toBeInstanceOf(TypeError);
      connection.close(4000);
      expect((await client.frame()).payload.length).toBe(2);
      return;
    }
    const { payload } = await client.frame();
    expect(reason).toBeInstanceOf(Uint8Array);
    expect([...payload.subarray(2)]).toEqual([0, 0, 0, 0]);
  });

  test("a code that is no number is an error that sends nothing", async () => {
    const { connection } = await opened();
    for (const code of ["1000", null, {}, [1000]]) {
      expect(() => connection.close(code as never)).toThrow(/code|close/i);
      expect(connection.readyState).toBe("open");
    }
  });

  test("a reason of 124 octets is a RangeError, one of 123 is sent", async () => {
    const { client, connection } = await opened();
    expect(() => connection.close(4000, "x".repeat(124))).toThrow(RangeError);
    expect(() => connection.close(4000, "\u20ac".repeat(42))).toThrow(RangeError);
    connection.close(4000, "x".repeat(123));
    expect((await client.frame()).payload.length).toBe(125);
  });
});
