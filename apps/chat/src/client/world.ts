/** A timer's handle: only good for ending it. */
export type Timer = ReturnType<typeof setTimeout>;

/** The clock and chance, as arguments: tests have their own. */
export type World = {
  /** Milliseconds since 1970. */
  now(): number;
  setTimer(run: () => void, milliseconds: number): Timer;
  clearTimer(timer: Timer | undefined): void;
  /** From 0 to below 1. */
  random(): number;
};

/** The real ones. */
export const realWorld: World = {
  now: () => Date.now(),
  setTimer: (run, milliseconds) => setTimeout(run, milliseconds),
  clearTimer: (timer) => clearTimeout(timer),
  random: () => Math.random(),
};
