/** One octet per character. */
export function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => {
    const octet = character.charCodeAt(0);
    if (octet > 0xff) throw new RangeError(`no latin1: ${character}`);
    return octet;
  });
}

/** One character per octet. */
export function text(bytes: Uint8Array): string {
  return Array.from(bytes, (octet) => String.fromCharCode(octet)).join("");
}

/** The octets in pieces, ended at the given places. */
export function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const bounds = [0, ...places, bytes.length];
  return bounds.slice(1).map((end, i) => bytes.slice(bounds[i], end));
}

/** The octets whole, cut once at every place, and octet by octet. */
export function* everyCut(bytes: Uint8Array): Generator<Uint8Array[]> {
  yield [bytes];
  for (let place = 1; place < bytes.length; place++) yield cut(bytes, [place]);
  yield Array.from(bytes, (octet) => Uint8Array.of(octet));
}
