/** Time as a node sees it: monotonic, in milliseconds, and its own. Tests bring another. */
export interface Clock {
  now(): number;
  /** Calls a function every so many milliseconds until the returned function is called. Keeps no process alive. */
  every(milliseconds: number, call: () => void): () => void;
  /**
   * Calls a function once, so many milliseconds from now, unless the returned function is called before. Somebody waits for it: it
   * keeps the process alive until then.
   */
  after(milliseconds: number, call: () => void): () => void;
}

/** The clock of the process. */
export const systemClock: Clock = {
  now: () => performance.now(),
  every(milliseconds, call) {
    const timer = setInterval(call, milliseconds).unref();
    return () => clearInterval(timer);
  },
  after(milliseconds, call) {
    const timer = setTimeout(call, milliseconds);
    return () => clearTimeout(timer);
  },
};
