/**
 * Checks a limit that a caller has set: a whole number from `least` on, or Infinity for none.
 * Throws a TypeError or a RangeError that names the option.
 */
export function checkLimit(option: string, value: number, least: number): number {
  if (typeof value !== "number") throw new TypeError(`${option} has to be a number`);
  if (value < least || (value !== Number.POSITIVE_INFINITY && !Number.isInteger(value))) {
    throw new RangeError(`${option} has to be an integer of at least ${least}, or Infinity; got ${value}`);
  }
  return value;
}
