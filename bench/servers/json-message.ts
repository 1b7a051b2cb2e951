/** A JSON text of exactly `size` bytes (2 at least), all ASCII and the same every time; it compresses as records do. */
export function jsonMessage(size: number): string {
  const records: string[] = [];
  let seed = 1;
  let length = '{"records":[],"end":""}'.length;
  while (true) {
    seed = (seed * 48_271) % 2_147_483_647;
    const record = JSON.stringify({
      id: seed,
      name: `user ${seed % 97}`,
      online: seed % 3 === 0,
      score: (seed % 1000) / 10,
    });
    if (length + record.length + 1 > size) break;
    length += record.length + (records.length > 0 ? 1 : 0);
    records.push(record);
  }
  if (length > size) return `"${"x".repeat(size - 2)}"`;
  return `{"records":[${records.join(",")}],"end":"${"x".repeat(size - length)}"}`;
}
