/** A token bucket: `perSecond` on average, `burst` at once. */
export type Rate = { readonly perSecond: number; readonly burst: number };

/** Every limit of a server. Times are in milliseconds, sizes in bytes; `Infinity` switches a limit off. */
export type Limits = {
  /** From the TCP (or TLS) connection to the end of the opening handshake, an async `handshake()` included: 408, or 503. */
  readonly handshakeTimeout: number;
  /** The request line: 414. */
  readonly requestLine: number;
  /** All header lines together: 431. */
  readonly headerBytes: number;
  /** Header lines: 431. */
  readonly headerCount: number;
  /** Opening handshakes under way at the same time: 503. */
  readonly handshakes: number;
  /** Open connections: 503 with `Retry-After`. Default: nine tenths of the files that the process may open. */
  readonly connections: number;
  /** One message, over all its fragments and after decompression: 1009. */
  readonly message: number;
  /** Fragments of one message, empty ones counted: 1008. */
  readonly fragments: number;
  /** From the first byte of a message to its last: 1008. */
  readonly messageTimeout: number;
  /** Silence after which a Ping is sent. */
  readonly pingInterval: number;
  /** Silence after that Ping until the peer counts as dead. Any bytes are a sign of life. */
  readonly pingTimeout: number;
  /** Time without a data message in either direction: 1001. */
  readonly idleTimeout: number;
  /** The longest life of a connection: 1001. */
  readonly lifetime: number;
  /** From our Close frame to the peer's. */
  readonly closeTimeout: number;
  /** From the end of the closing handshake to the end of TCP. */
  readonly lingerTimeout: number;
  /** Bytes waiting to be sent from which on `write` says "queued". */
  readonly softBuffer: number;
  /** Bytes waiting to be sent that no further message may exceed: `onOverflow`. */
  readonly hardBuffer: number;
  /** Time in which bytes wait to be sent and the peer takes none. */
  readonly stallTimeout: number;
  /** Pongs that wait to be sent; above that only the latest Ping is answered (RFC 6455 §5.5.3). */
  readonly pongs: number;
  /** Control frames from the peer: 1008. */
  readonly controlFrames: Rate;
  /** Data messages from the peer: 1008. */
  readonly messages: Rate;
  /** Messages held for a handler that is busy; from there on reading stops, and the rest of what was read stays bytes. */
  readonly inboxMessages: number;
  /** The same in bytes. */
  readonly inboxBytes: number;
};

const unlimited: Rate = { perSecond: Number.POSITIVE_INFINITY, burst: Number.POSITIVE_INFINITY };

/** The limits of a server that was told nothing else. */
export const defaultLimits: Limits = {
  handshakeTimeout: 10_000,
  requestLine: 8_192,
  headerBytes: 16_384,
  headerCount: 100,
  handshakes: 1_024,
  get connections() {
    files ??= nineTenthsOfFiles();
    return files;
  },
  message: 1_048_576,
  fragments: 4_096,
  messageTimeout: 60_000,
  pingInterval: 25_000,
  pingTimeout: 20_000,
  idleTimeout: Number.POSITIVE_INFINITY,
  lifetime: Number.POSITIVE_INFINITY,
  closeTimeout: 10_000,
  lingerTimeout: 2_000,
  softBuffer: 65_536,
  hardBuffer: 1_048_576,
  stallTimeout: 30_000,
  pongs: 16,
  controlFrames: { perSecond: 100, burst: 200 },
  messages: unlimited,
  inboxMessages: 16,
  inboxBytes: 262_144,
};

let files: number | undefined;

/**
 * The rest is for everything else that the process opens: at the limit the kernel takes connections and closes them again,
 * and nobody is told.
 */
function nineTenthsOfFiles(): number {
  const report = process.report as typeof process.report & { excludeNetwork?: boolean };
  const { excludeNetwork } = report;
  // Looking up the names of all peers would take its time.
  report.excludeNetwork = true;
  const { userLimits } = report.getReport() as { userLimits?: { open_files?: { soft?: unknown } } };
  if (excludeNetwork !== undefined) report.excludeNetwork = excludeNetwork;
  const soft = userLimits?.open_files?.soft;
  return typeof soft === "number" ? Math.max(1, Math.floor(soft * 0.9)) : Number.POSITIVE_INFINITY;
}

/** The limits given, on top of the defaults. Throws a TypeError or RangeError that names the limit. */
export function resolveLimits(given: Partial<Limits> = {}): Limits {
  if (typeof given !== "object" || given === null) throw new TypeError("limits must be an object");
  const limits: Record<string, unknown> = { ...defaultLimits };
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(defaultLimits, name)) throw new TypeError(`limits.${name} is not a limit`);
    if (value === undefined) continue;
    limits[name] = isRateName(name) ? checkRate(name, value) : checkAmount(`limits.${name}`, value);
  }
  return limits as Limits;
}

function isRateName(name: string): boolean {
  return name === "controlFrames" || name === "messages";
}

function checkRate(name: string, value: unknown): Rate {
  if (typeof value !== "object" || value === null) {
    throw new TypeError(`limits.${name} must be { perSecond, burst }`);
  }
  const { perSecond, burst = perSecond } = value as { perSecond?: unknown; burst?: unknown };
  return {
    perSecond: checkAmount(`limits.${name}.perSecond`, perSecond),
    burst: checkAmount(`limits.${name}.burst`, burst),
  };
}

function checkAmount(name: string, value: unknown): number {
  if (typeof value !== "number" || Number.isNaN(value)) throw new TypeError(`${name} must be a number`);
  if (value <= 0 || (value !== Number.POSITIVE_INFINITY && !Number.isSafeInteger(value))) {
    throw new RangeError(`${name} must be a positive integer or Infinity`);
  }
  return value;
}
