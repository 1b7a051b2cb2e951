/** What each section and subsection is about, by its number. */
export const sectionTitles: Readonly<Record<string, string>> = {
  "1": "Plain data frames",
  "1.1": "Text around the borders of the length field",
  "1.2": "Binary around the borders of the length field",
  "2": "Ping and Pong",
  "3": "Reserved bits",
  "4": "Reserved opcodes",
  "4.1": "Data opcodes 3 to 7",
  "4.2": "Control opcodes 11 to 15",
  "5": "Fragmented messages",
  "6": "UTF-8 in text messages",
  "6.1": "No octets, whole and in fragments",
  "6.2": "Legal text, whole and cut",
  "6.3": "Illegal text, whole and cut",
  "6.4": "How early illegal text is refused",
  "6.5": "Characters of one to four octets",
  "6.6": "A word cut at every octet",
  "6.7": "The smallest character of each length",
  "6.8": "The smallest forms of five and six octets",
  "6.9": "The largest character of each length",
  "6.10": "The largest forms of four, five and six octets",
  "6.11": "Borders of the legal ranges",
  "6.12": "Continuation octets alone",
  "6.13": "Lead octets before a space",
  "6.14": "Characters without their last octet",
  "6.15": "All of those in a row",
  "6.16": "Octets that UTF-8 never has",
  "6.17": "A slash in too many octets",
  "6.18": "The largest value in too many octets",
  "6.19": "NUL in too many octets",
  "6.20": "Surrogates alone",
  "6.21": "Surrogates in pairs",
  "6.22": "Noncharacters, which are legal",
  "6.23": "The block of specials, which is legal",
  "7": "Closing handshake",
  "7.1": "Frames around the Close",
  "7.3": "Length of the Close payload",
  "7.5": "Text of the reason",
  "7.7": "Legal codes",
  "7.9": "Illegal codes",
  "7.13": "Codes that nobody has specified (informational)",
  "9": "Big messages, many messages",
  "9.1": "Text in one frame",
  "9.2": "Binary in one frame",
  "9.3": "4 MiB of text in fragments",
  "9.4": "4 MiB of binary in fragments",
  "9.5": "1 MiB of text in small writes",
  "9.6": "1 MiB of binary in small writes",
  "9.7": "1000 text round trips",
  "9.8": "1000 binary round trips",
  "10": "Splitting by the sender",
  "10.1": "A fragment size that the length is no multiple of",
  "12": "Compression: different data",
  "12.1": "JSON, as text",
  "12.2": "A bitmap, as binary",
  "12.3": "German prose, as binary",
  "12.4": "HTML, as text",
  "12.5": "A PDF, as binary",
  "13": "Compression: different parameters",
  "13.1": "Nothing asked of the server",
  "13.2": "The server without context takeover",
  "13.3": "The server's window of 9 bits",
  "13.4": "The server's window of 15 bits",
  "13.5": "The server without context takeover, window of 9 bits",
  "13.6": "The server without context takeover, window of 15 bits",
  "13.7": "Three offers in order of preference",
};

/** The section of a case: "6" of "6.4.2". */
export function sectionOf(id: string): string {
  return id.slice(0, id.indexOf("."));
}

/** The subsection of a case: "6.4" of "6.4.2"; cases like "2.1" have only their section. */
export function subsectionOf(id: string): string {
  const parts = id.split(".");
  return parts.slice(0, Math.max(1, parts.length - 1)).join(".");
}

/** Orders ids by their numbers, part by part. */
export function compareIds(a: string, b: string): number {
  const left = a.split(".").map(Number);
  const right = b.split(".").map(Number);
  for (let n = 0; n < Math.max(left.length, right.length); n++) {
    const order = (left[n] ?? 0) - (right[n] ?? 0);
    if (order !== 0) return order;
  }
  return 0;
}
