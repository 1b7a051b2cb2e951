import { expect, test } from "vitest";
import { Child } from "../support/child.ts";

type Print = { kinds: string[]; port: number; received: string };

/** The echo of "hi" behind the address, and the Close 1000. */
const answer = `\x81\x0c127.0.0.1 hi\x88\x02\x03\xe8`;

test.each([
  ["the primary accepts and hands the connections round", "rr"],
  ["each worker accepts for itself", "none"],
])("in a worker of a cluster, where %s, a connection takes the fast way too", async (_, policy) => {
  const { print, code, stderr } = await Child.printing("cluster-server", { options: { policy } });
  const { kinds, received } = print as Print;
  expect({ kinds, received, code, stderr }).toEqual({
    kinds: ["DirectSocket"],
    received: answer,
    code: 0,
    stderr: "",
  });
});
