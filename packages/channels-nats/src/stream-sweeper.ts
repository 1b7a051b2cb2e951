import type { ResolvedOptions } from "./options.ts";
import type { StreamApi, StreamInfo } from "./stream-api.ts";
import { logSubjects, type StreamNote, streamName } from "./topic-stream.ts";

const nanoseconds = 1_000_000;
const shortest = 250;
const longest = 3_600_000;

/**
 * Deletes streams of topics that have no entries any more, and had none for as long as their position is to be kept. Of all
 * processes of a prefix one does it at a time: who gets a mark into a stream that takes one, and forgets it after a while. Time is
 * the server's alone.
 */
export class StreamSweeper {
  readonly #api: StreamApi;
  readonly #options: ResolvedOptions;
  #keep = Number.POSITIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  constructor(api: StreamApi, options: ResolvedOptions) {
    this.#api = api;
    this.#options = options;
  }

  /** There are positions that are kept so many milliseconds. */
  keep(milliseconds: number): void {
    if (milliseconds >= this.#keep || this.#isClosed) return;
    this.#keep = milliseconds;
    clearTimeout(this.#timer);
    this.#sweepLater();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  get #interval(): number {
    return Math.min(longest, Math.max(shortest, this.#keep / 4));
  }

  #sweepLater(): void {
    if (this.#isClosed) return;
    this.#timer = setTimeout(
      // What fails is done by somebody else, or later.
      () =>
        void this.#sweep().then(
          () => this.#sweepLater(),
          () => this.#sweepLater(),
        ),
      this.#interval * (0.75 + Math.random() / 2),
    );
    this.#timer.unref();
  }

  async #sweep(): Promise<void> {
    const now = await this.#mark();
    if (now === undefined) return;
    const gone: string[] = [];
    for (let offset = 0, total = 1; offset < total; ) {
      const page = await this.#api.list(logSubjects(this.#options.prefix), offset);
      if (page.streams.length === 0) break;
      for (const stream of page.streams) if (isOver(stream, now)) gone.push(stream.config.name);
      offset += page.streams.length;
      total = page.total;
    }
    for (const name of gone) {
      const stream = await this.#api.info(name);
      // An entry that comes between this look and the end of the stream is lost with it; its position is of an epoch that is over.
      if (stream !== undefined && isOver(stream, now)) await this.#api.delete(name);
    }
  }

  /** The server's time, if it is our turn. */
  async #mark(): Promise<number | undefined> {
    const { prefix, log } = this.#options;
    const name = `${streamName(prefix, "")}-sweep`;
    const subject = `${prefix}.@sweep`;
    if ((await this.#api.info(name)) === undefined) {
      await this.#api.create({
        name,
        description: JSON.stringify({ topic: subject }),
        subjects: [subject],
        storage: "memory",
        num_replicas: log.replicas,
        max_msgs: 1,
        max_age: Math.ceil(this.#interval) * nanoseconds,
        discard: "new",
        allow_direct: true,
      });
    }
    const seq = await this.#api.add(subject, new Uint8Array(0));
    if (seq === undefined) return undefined;
    const time = (await this.#api.get(name, { seq }))?.headers?.get("Nats-Time-Stamp") ?? "";
    const now = Date.parse(time);
    return Number.isNaN(now) ? undefined : now;
  }
}

function isOver({ config, created, state }: StreamInfo, now: number): boolean {
  if (state.messages > 0) return false;
  const { keep } = noteOf(config.description);
  return now - Math.max(Date.parse(created), Date.parse(state.last_ts)) > keep;
}

/** Of a stream that somebody has described differently: never to be deleted. */
function noteOf(description: string): Pick<StreamNote, "keep"> {
  try {
    const { keep } = JSON.parse(description) as Partial<StreamNote>;
    return { keep: typeof keep === "number" ? keep : Number.POSITIVE_INFINITY };
  } catch {
    return { keep: Number.POSITIVE_INFINITY };
  }
}
