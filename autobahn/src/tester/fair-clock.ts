/** Milliseconds between two looks at the clock. */
const tick = 10;
/** A look may come so much late without having been kept from it. */
const usual = 10;

let lost = 0;
let last = performance.now();
let ticker: NodeJS.Timeout | undefined;

/**
 * Milliseconds on a clock that stands still while this process is kept from running, by its own work or by others on the
 * machine: a peer gets the time that its case allows, however busy the machine is that judges it. It never goes back.
 */
export function fairNow(): number {
  if (ticker === undefined) {
    last = performance.now();
    ticker = setInterval(fairNow, tick);
    ticker.unref();
  }
  const now = performance.now();
  const late = now - last - tick;
  if (late > usual) lost += late;
  last = now;
  return now - lost;
}
