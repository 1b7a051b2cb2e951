/** RFC 6455 §7.4.1 and the IANA registry. @type {Readonly<Record<number, string>>} */
const names = {
  1000: "normal closure",
  1001: "going away",
  1002: "protocol error",
  1003: "unsupported data",
  1005: "no code given",
  1006: "connection lost",
  1007: "invalid payload",
  1008: "policy violation",
  1009: "message too big",
  1010: "extension missing",
  1011: "internal error",
  1012: "service restart",
  1013: "try again later",
  1014: "bad gateway",
  1015: "TLS failed",
};

/** @param {number} code */
export function closeCodeName(code) {
  return names[code] ?? (code >= 4000 ? "private" : "registered");
}

/**
 * Why a browser would not close with these, or `undefined`.
 *
 * @param {string} code
 * @param {string} reason
 * @returns {{ field: "code" | "reason", text: string } | undefined}
 */
export function faultOfClose(code, reason) {
  const number = /^\d{4}$/.test(code.trim()) ? Number(code) : 0;
  if (number !== 1000 && (number < 3000 || number > 4999)) {
    return { field: "code", text: "A page may send 1000, or 3000 to 4999." };
  }
  const length = new TextEncoder().encode(reason).length;
  if (length > 123) return { field: "reason", text: `At most 123 bytes fit; these are ${length}.` };
  return undefined;
}
