import { expect, test } from "vitest";
import * as deflate from "../src/index.ts";

test("the public surface is this and no more", () => {
  expect(Object.keys(deflate)).toEqual(["permessageDeflate"]);
});
