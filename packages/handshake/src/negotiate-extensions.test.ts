import { expect, test } from "vitest";
import { formatExtensions, parseExtensions } from "./extension.ts";
import { type ExtensionNegotiator, negotiateExtensions } from "./negotiate-extensions.ts";

/** Takes an offer that has the parameter `ok` and answers with its name alone. */
const picky = (name: string): ExtensionNegotiator => ({
  name,
  negotiate: (offer) =>
    offer.params.some((param) => param.name === "ok") ? { name, params: [] } : undefined,
});

const negotiate = (header: string) =>
  formatExtensions(negotiateExtensions(parseExtensions(header), [picky("a"), picky("b")]));

test("the first acceptable offer of an extension is taken, later ones are not asked about", () => {
  expect(negotiate("a; bad, a; ok, a; ok")).toBe("a");
});

test("extensions are agreed on in the client's order", () => {
  expect(negotiate("b; ok, a; ok")).toBe("b, a");
});

test("unknown and declined offers are left out", () => {
  expect(negotiate("constructor; ok, __proto__; ok, a; bad, b; ok")).toBe("b");
  expect(negotiate("x")).toBe("");
});
