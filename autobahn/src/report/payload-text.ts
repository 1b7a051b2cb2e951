/** Octets that the genuine suite shows of a payload, and from how many on it shows no more. */
const shown = 64;
const whole = 60;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * A payload as the genuine suite's reports have it: as text, cut after 64 octets when longer than 60; what is no UTF-8 in
 * hexadecimal digits. `length` is the payload's own where only its beginning is at hand.
 */
export function payloadText(octets: Uint8Array, length: number = octets.length): string {
  const cut = length > whole ? octets.subarray(0, shown) : octets;
  const mark = length > whole ? " ..." : "";
  try {
    return decoder.decode(cut) + mark;
  } catch {
    return `0x${hexText(octets, length)}`;
  }
}

/** Octets in hexadecimal digits, cut in the same way. */
export function hexText(octets: Uint8Array, length: number = octets.length): string {
  const cut = length > whole ? octets.subarray(0, shown) : octets;
  return Buffer.from(cut).toString("hex") + (length > whole ? " ..." : "");
}
