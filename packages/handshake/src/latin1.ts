const utf8 = new TextDecoder();

/**
 * Makes a string with one character per octet. `ascii` is a promise that no octet is above 0x7f: the
 * runtime's own decoder is then many times faster. (`TextDecoder("latin1")` is windows-1252 and would change
 * 0x80-0x9f.)
 */
export function decodeLatin1(bytes: Uint8Array, ascii: boolean): string {
  if (ascii) return utf8.decode(bytes);
  let text = "";
  for (let at = 0; at < bytes.length; at += 1024)
    text += String.fromCharCode(...bytes.subarray(at, at + 1024));
  return text;
}

/** Makes the octets of a string that has been checked to hold nothing above 0xff. */
export function encodeLatin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  writeLatin1(bytes, 0, text);
  return bytes;
}

/** Writes the octets of such a string to `at`. */
export function writeLatin1(target: Uint8Array, at: number, text: string): void {
  for (let i = 0; i < text.length; i++) target[at + i] = text.charCodeAt(i);
}
