import { createDeflateRaw, createInflateRaw } from "node:zlib";
import type { MessageTransform } from "@exws/frame";
import {
  answerPermessageDeflate,
  type ExtensionNegotiator,
  type ExtensionOffer,
  type HandshakeRequest,
  readPermessageDeflate,
} from "@exws/handshake";
import { Compressor } from "./compressor.ts";
import { Decompressor } from "./decompressor.ts";
import { DeflateTransform, type SharedParts } from "./deflate-transform.ts";
import { Engine } from "./engine.ts";
import { JobQueue } from "./job-queue.ts";
import { type PermessageDeflateOptions, type ResolvedOptions, resolveOptions } from "./options.ts";
import { PreparedFrames } from "./prepared-frames.ts";
import { SlidingWindow } from "./sliding-window.ts";

/** zlib compresses with windows of 9 to 15 bits; it takes 8 for 9. */
const smallestWindow = 9;

/** The least that zlib objects take: an engine has an output of its own. */
const unusedChunk = 64;

/** What {@link permessageDeflate} makes: an extension for `serve({ extensions: [...] })`. */
export interface PermessageDeflate extends ExtensionNegotiator {
  /** Whether a client may have compression: the option of that name. */
  allows(request: HandshakeRequest): boolean;
  /**
   * Begins to compress and decompress for one connection. `agreed` is what `negotiate` answered, `maxMessage` the limit on
   * a decompressed message. Throws a TypeError for parameters that `negotiate` never answers.
   */
  start(agreed: ExtensionOffer, maxMessage: number): MessageTransform;
}

/**
 * permessage-deflate (RFC 7692) for a server. One object serves any number of connections and bounds what they have on
 * the thread pool together. Throws a TypeError or RangeError that names the option.
 */
export function permessageDeflate(options: PermessageDeflateOptions = {}): PermessageDeflate {
  return new Extension(resolveOptions(options));
}

class Extension implements PermessageDeflate {
  readonly name: string = "permessage-deflate";
  readonly #options: ResolvedOptions;
  readonly #queue: JobQueue;
  /** By window bits. */
  readonly #shared: Map<number, SharedParts> = new Map();
  #decompressor: Decompressor | undefined;
  readonly #inflater: Engine | undefined = Engine.of(createInflateRaw({ chunkSize: unusedChunk }));

  constructor(options: ResolvedOptions) {
    this.#options = options;
    this.#queue = new JobQueue(options.maxJobs, options.maxJobBytes);
  }

  negotiate(offer: ExtensionOffer): ExtensionOffer | undefined {
    return answerPermessageDeflate(offer, { ...this.#options, serverMinWindowBits: smallestWindow });
  }

  allows(request: HandshakeRequest): boolean {
    return this.#options.allows(request);
  }

  start(agreed: ExtensionOffer, maxMessage: number): MessageTransform {
    const parameters = readPermessageDeflate(agreed);
    if (parameters === undefined || parameters.serverMaxWindowBits < smallestWindow) {
      throw new TypeError("agreed must be an answer of negotiate()");
    }
    const { serverNoContextTakeover, clientNoContextTakeover, clientMaxWindowBits } = parameters;
    const windowBits = Math.min(parameters.serverMaxWindowBits, this.#options.serverMaxWindowBits);
    return new DeflateTransform(
      this.#sharedFor(windowBits),
      this.#decompressorFor(maxMessage),
      serverNoContextTakeover ? undefined : new SlidingWindow(windowBits),
      clientNoContextTakeover ? undefined : new SlidingWindow(clientMaxWindowBits),
    );
  }

  #sharedFor(windowBits: number): SharedParts {
    let shared = this.#shared.get(windowBits);
    if (shared === undefined) {
      const { level, memLevel, threshold } = this.#options;
      const settings = { level, memLevel, windowBits };
      const engine = Engine.of(createDeflateRaw({ ...settings, chunkSize: unusedChunk }));
      const compressor = new Compressor(settings, engine);
      const prepared = new PreparedFrames(compressor, this.#queue);
      shared = { threshold, compressor, prepared, queue: this.#queue };
      this.#shared.set(windowBits, shared);
    }
    return shared;
  }

  /** A server has one limit for all its connections. */
  #decompressorFor(maxMessage: number): Decompressor {
    if (this.#decompressor?.maxMessage !== maxMessage) {
      this.#decompressor = new Decompressor(maxMessage, this.#options.maxInflatedRatio, this.#inflater);
    }
    return this.#decompressor;
  }
}
