/** What one head may cost. All limits are whole numbers above 0. */
export type RequestLimits = {
  /** Octets of the request line without its CRLF; over it: 414. Default 8192. */
  readonly requestLine: number;
  /** Octets of all header lines with their CRLFs; over it: 431. Default 16384. */
  readonly headerBytes: number;
  /** Header lines; over it: 431. Default 100. */
  readonly headerCount: number;
};

/** Fills in the defaults. Throws a RangeError that names the limit which is not a whole number above 0. */
export function resolveLimits(limits: Partial<RequestLimits> = {}): RequestLimits {
  const { requestLine = 8192, headerBytes = 16_384, headerCount = 100 } = limits;
  checkLimit("requestLine", requestLine);
  checkLimit("headerBytes", headerBytes);
  checkLimit("headerCount", headerCount);
  return { requestLine, headerBytes, headerCount };
}

function checkLimit(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1)
    throw new RangeError(`${name} must be a whole number above 0`);
}
