import { expect, test } from "vitest";
import { isToken } from "./characters.ts";
import { lowerName } from "./lower-name.ts";

test("every name comes out as toLowerCase has it, the usual ones and others, wherever it lies", () => {
  for (const name of [
    "Host",
    "HOST",
    "hosT",
    "Sec-WebSocket-Extensions",
    "SEC-WEBSOCKET-KEY",
    "X-Real-Ip",
    "X-Rea1-Ip",
    "Hose",
    "A",
    "A-Name-Longer-Than-All-Of-The-Usual-Ones",
  ]) {
    expect(lowerName(`GET ${name}: x`, 4, 4 + name.length)).toBe(name.toLowerCase());
  }
});

test("a usual name with any one character changed is taken for no other", () => {
  for (const name of ["Sec-WebSocket-Key", "host", "X-Forwarded-For"]) {
    for (let i = 0; i < name.length; i++) {
      for (let octet = 0x21; octet < 0x7f; octet++) {
        const changed = name.slice(0, i) + String.fromCharCode(octet) + name.slice(i + 1);
        if (isToken(changed)) expect(lowerName(changed, 0, changed.length)).toBe(changed.toLowerCase());
      }
    }
  }
});
