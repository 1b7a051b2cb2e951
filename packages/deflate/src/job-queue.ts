/** Work on the thread pool that has been asked for. */
export interface Job<Result> {
  /** Settles with the outcome of the work, or with what `cancel` was given. */
  readonly settled: Promise<Result>;
  /**
   * Settles the job with `result`, unless it has settled. Work that has not begun never will; work that has goes on, and
   * counts against the bounds until it ends, because the thread is not free before.
   */
  cancel(result: Result): void;
}

type Entry = { readonly bytes: number; readonly start: () => Promise<void> };

/**
 * Bounds what one server has on Node's thread pool at a time, in jobs and in octets. What finds no room waits in order;
 * a job larger than the bound runs when it has the pool to itself, so that nothing waits for ever.
 */
export class JobQueue {
  readonly #maxJobs: number;
  readonly #maxBytes: number;
  /** In order of arrival. */
  readonly #waiting: Set<Entry> = new Set();
  #running = 0;
  #bytes = 0;

  constructor(maxJobs: number, maxBytes: number) {
    this.#maxJobs = maxJobs;
    this.#maxBytes = maxBytes;
  }

  /** Jobs on the thread pool. */
  get running(): number {
    return this.#running;
  }

  /** Octets that the jobs on the thread pool may take. */
  get runningBytes(): number {
    return this.#bytes;
  }

  /** Jobs that wait for room. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Runs `work` when there is room for its `bytes`: now or later. */
  add<Result>(bytes: number, work: () => Promise<Result>): Job<Result> {
    let cancel!: Job<Result>["cancel"];
    const settled = new Promise<Result>((resolve, reject) => {
      const entry: Entry = { bytes, start: () => work().then(resolve, reject) };
      this.#waiting.add(entry);
      cancel = (result) => {
        if (this.#waiting.delete(entry)) this.#startWaiting();
        resolve(result);
      };
    });
    this.#startWaiting();
    return { settled, cancel };
  }

  #startWaiting(): void {
    for (const entry of this.#waiting) {
      if (!this.#hasRoom(entry.bytes)) return;
      this.#waiting.delete(entry);
      this.#run(entry);
    }
  }

  #hasRoom(bytes: number): boolean {
    if (this.#running === 0) return true;
    return this.#running < this.#maxJobs && bytes <= this.#maxBytes - this.#bytes;
  }

  #run({ bytes, start }: Entry): void {
    this.#running += 1;
    this.#bytes += bytes;
    void start().then(() => {
      this.#running -= 1;
      this.#bytes -= bytes;
      this.#startWaiting();
    });
  }
}
