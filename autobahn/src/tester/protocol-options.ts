/** How the tester itself keeps the protocol: the genuine suite's `options`, with its names and units. */
export type ProtocolOptions = {
  /** Drop TCP without a Close when the peer breaks the protocol. */
  readonly failByDrop: boolean;
  /** Answer the peer's Close with its own code and reason instead of 1000. */
  readonly echoCloseCodeReason: boolean;
  readonly utf8validateIncoming: boolean;
  readonly acceptMaskedServerFrames: boolean;
  readonly maskClientFrames: boolean;
  readonly requireMaskedClientFrames: boolean;
  readonly maskServerFrames: boolean;
  readonly tcpNoDelay: boolean;
  /** Seconds. */
  readonly serverConnectionDropTimeout: number;
  /** Seconds. */
  readonly openHandshakeTimeout: number;
  /** Seconds. */
  readonly closeHandshakeTimeout: number;
};

/** What the genuine suite does when nothing is said. */
export const defaultOptions: ProtocolOptions = {
  failByDrop: false,
  echoCloseCodeReason: false,
  utf8validateIncoming: true,
  acceptMaskedServerFrames: false,
  maskClientFrames: true,
  requireMaskedClientFrames: true,
  maskServerFrames: false,
  tcpNoDelay: true,
  serverConnectionDropTimeout: 1,
  openHandshakeTimeout: 5,
  closeHandshakeTimeout: 1,
};
