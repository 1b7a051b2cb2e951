/** What a server has done since it was made. All but the first two only ever grow. */
export type Stats = {
  /** Open connections, those in their closing handshake included. */
  connections: number;
  /** Opening handshakes under way. */
  handshakes: number;
  accepted: number;
  /** Opening handshakes refused: malformed, of a foreign origin, over a limit, or by the handler. */
  rejected: number;
  closed: number;
  messagesReceived: number;
  messagesSent: number;
  bytesReceived: number;
  bytesSent: number;
  /** Messages given up by an overflow policy. */
  dropped: number;
  /** Connections closed because their peer did not take what was sent. */
  overflows: number;
  /** Connections failed because their peer broke the protocol or a limit. */
  violations: number;
  /** Connections ended by a deadline. */
  timeouts: number;
  /** Callbacks that threw or rejected. */
  errors: number;
};

/** All counters at zero. */
export function emptyStats(): Stats {
  return {
    connections: 0,
    handshakes: 0,
    accepted: 0,
    rejected: 0,
    closed: 0,
    messagesReceived: 0,
    messagesSent: 0,
    bytesReceived: 0,
    bytesSent: 0,
    dropped: 0,
    overflows: 0,
    violations: 0,
    timeouts: 0,
    errors: 0,
  };
}
