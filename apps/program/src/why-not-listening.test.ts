import { expect, test } from "vitest";
import { whyNotListening } from "./why-not-listening.ts";

const port = { host: "127.0.0.1", port: 80 };
const socket = { ...port, path: "/tmp/x.sock" };
const fault = (code: string): Error => Object.assign(new Error(`listen ${code}\n    at server`), { code });

test.each([
  ["EADDRINUSE", port, "127.0.0.1 port 80 is taken; choose another with --port"],
  ["EADDRINUSE", socket, "/tmp/x.sock is taken; delete the file if nothing listens there any more"],
  ["EACCES", port, "there is no permission to listen on 127.0.0.1 port 80"],
  ["EACCES", socket, "there is no permission to listen on /tmp/x.sock"],
  ["EADDRNOTAVAIL", port, "127.0.0.1 is no address of this machine"],
  ["ENOTFOUND", port, "127.0.0.1 is no address of this machine"],
  ["EMFILE", port, "listen EMFILE"],
])("%s at %j is said in one line", (code, place, line) => {
  expect(whyNotListening(fault(code), place)).toBe(line);
});

test("what is thrown need not be an error", () => {
  expect(whyNotListening("no\nreason", port)).toBe("no");
});
