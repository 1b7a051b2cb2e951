import { constants, createDeflateRaw, createInflateRaw, type DeflateRaw, type InflateRaw } from "node:zlib";

const tail = Buffer.of(0x00, 0x00, 0xff, 0xff);

/** How a peer works that keeps a zlib stream for each direction over the whole connection, as most do. */
export type PeerSettings = {
  level?: number;
  memLevel?: number;
  /** What it compresses with. */
  windowBits?: number;
  /** What it decompresses with. */
  inflateWindowBits?: number;
  /** Begin every message with an empty window. */
  resetDeflate?: boolean;
  resetInflate?: boolean;
};

/** A peer with streams of zlib. */
export class ZlibPeer {
  readonly #settings: PeerSettings;
  readonly #deflate: DeflateRaw;
  readonly #inflate: InflateRaw;

  constructor(settings: PeerSettings = {}) {
    const { level = 6, memLevel = 8, windowBits = 15, inflateWindowBits = 15 } = settings;
    this.#settings = settings;
    this.#deflate = createDeflateRaw({ level, memLevel, windowBits });
    this.#inflate = createInflateRaw({ windowBits: inflateWindowBits });
  }

  /** The payload of a compressed message. */
  async compress(message: Uint8Array): Promise<Uint8Array> {
    if (this.#settings.resetDeflate) this.#deflate.reset();
    const flushed = await through(this.#deflate, message);
    if (!flushed.subarray(-4).equals(tail)) throw new Error("no flush at the end");
    return flushed.subarray(0, -4);
  }

  async decompress(payload: Uint8Array): Promise<Uint8Array> {
    if (this.#settings.resetInflate) this.#inflate.reset();
    return await through(this.#inflate, Buffer.concat([payload, tail]));
  }

  close(): void {
    this.#deflate.close();
    this.#inflate.close();
  }
}

function through(stream: DeflateRaw | InflateRaw, input: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const onData = (chunk: Buffer) => chunks.push(chunk);
    stream.on("data", onData);
    stream.once("error", reject);
    stream.write(input);
    stream.flush(constants.Z_SYNC_FLUSH, () => {
      stream.off("data", onData);
      stream.off("error", reject);
      resolve(Buffer.concat(chunks));
    });
  });
}
