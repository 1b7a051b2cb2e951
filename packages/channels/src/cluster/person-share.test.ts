import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type NodeShare, personOf } from "./person-share.ts";

const share = (node: string, since: number, replaced = 0, connections = 1): NodeShare => [
  node,
  { meta: `of ${node}`, connections, since, replaced },
];

describe("a person of several nodes", () => {
  test("is nobody where no node has a part", () => {
    expect(personOf("paul", [])).toBeUndefined();
  });

  test("has the connections of all", () => {
    expect(personOf("paul", [share("a", 1, 0, 2), share("b", 2, 0, 3)])?.connections).toBe(5);
  });

  test.each([
    ["the oldest part", [share("b", 2), share("a", 3), share("c", 4)], "of b"],
    ["the part that was replaced last", [share("a", 1), share("b", 2, 7), share("c", 3, 8)], "of c"],
    ["one that was replaced rather than an older one", [share("a", 1), share("b", 2, 3)], "of b"],
    ["the first node of those that are as old", [share("b", 1), share("a", 1)], "of a"],
    ["the first node of those replaced at a time", [share("b", 1, 5), share("a", 2, 5)], "of a"],
  ])("has the meta of %s", (_, shares, meta) => {
    expect(personOf("paul", shares)?.meta).toBe(meta);
  });

  test("is the same in whatever order the parts are known", () => {
    const part = fc.tuple(fc.nat(3), fc.nat(3), fc.integer({ min: 1, max: 3 }));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 5, size: "max" }), fc.nat(), (parts, seed) => {
        const shares = parts.map(([since, replaced, count], i) => share(`${i}`, since, replaced, count));
        const turned = shares.map((_, i) => shares[(i + seed) % shares.length]!).reverse();
        expect(personOf("paul", turned)).toEqual(personOf("paul", shares));
      }),
    );
  });
});
