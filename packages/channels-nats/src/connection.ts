/** A message, as far as a bus looks at it. */
export type NatsMessage = {
  readonly data: Uint8Array;
  readonly reply?: string | undefined;
  readonly headers?: { readonly code: number; get(name: string): string } | undefined;
};

/** What a bus uses of a connection of `@nats-io/transport-node`, or of one that is made like it. */
export type NatsConnection = {
  readonly info?:
    | { readonly max_payload: number; readonly jetstream?: boolean; readonly cluster?: string }
    | undefined;
  /** Resolves when it has ended, with the reason if there is one. */
  closed(): Promise<unknown>;
  close(): Promise<void>;
  /** Resolves when the server has answered to all that was sent before. */
  flush(): Promise<void>;
  publish(subject: string, payload: Uint8Array, options?: { reply?: string }): void;
  request(subject: string, payload: Uint8Array | string, options: { timeout: number }): Promise<NatsMessage>;
  subscribe(
    subject: string,
    options: { callback(error: Error | null, message: NatsMessage): void },
  ): { unsubscribe(): void };
  status(): AsyncIterable<{ readonly type: string; readonly error?: unknown }>;
};

/** `connect` of `@nats-io/transport-node`. */
export type NatsConnect<Options> = (options?: Options) => Promise<NatsConnection>;
