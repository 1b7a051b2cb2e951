const slots = 16_384;

/** The part of a name that decides on its slot: what stands in the first braces, or all of it (Redis Cluster specification). */
function tagOf(name: string): string {
  const open = name.indexOf("{");
  const close = name.indexOf("}", open + 1);
  return open === -1 || close <= open + 1 ? name : name.slice(open + 1, close);
}

/** The slot of a cluster that a key or a sharded channel is in: CRC-16 (XMODEM) of its name, which is ASCII here. */
export function hashSlot(name: string): number {
  const tag = tagOf(name);
  let crc = 0;
  for (let index = 0; index < tag.length; index++) {
    crc ^= tag.charCodeAt(index) << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021;
    crc &= 0xffff;
  }
  return crc % slots;
}
