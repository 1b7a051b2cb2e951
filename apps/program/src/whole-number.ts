import { InvalidArgumentError } from "commander";

/** A parser for an option that is a whole number from `from` to `to`. */
export function wholeNumber(from: number, to: number = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= from && value <= to) return value;
    throw new InvalidArgumentError(`It must be a number from ${from} to ${to}.`);
  };
}
