import { MessageDecoder, type MessageDecoderOptions } from "@exws/frame";

/**
 * Lends decoders of one kind. Between two messages a decoder has nothing to remember, and reading is synchronous: so the
 * connections of a server share one, and only those that are in the middle of a message hold on to one of their own.
 */
export class DecoderPool {
  readonly #options: MessageDecoderOptions;
  #spare: MessageDecoder | undefined;

  constructor(options: MessageDecoderOptions) {
    this.#options = options;
    this.#spare = new MessageDecoder(options);
  }

  /** A decoder that stands before a message. */
  take(): MessageDecoder {
    const decoder = this.#spare ?? new MessageDecoder(this.#options);
    this.#spare = undefined;
    return decoder;
  }

  /** Takes back a decoder that has read all it was given and stands before a message again. */
  give(decoder: MessageDecoder): void {
    this.#spare = decoder;
  }
}
