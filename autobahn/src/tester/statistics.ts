/** Counts of one direction, as 12.x and 13.x report them. */
export type DirectionTraffic = {
  octetsOnWire: number;
  /** Payload of data frames, compressed where it was. */
  octetsInFrames: number;
  octetsInMessages: number;
  frames: number;
  messages: number;
};

/** How often each size or opcode came. */
export type Counts = Map<number, number>;

/** Counts what goes over one connection. */
export class Statistics {
  readonly reads: Counts = new Map();
  readonly writes: Counts = new Map();
  readonly framesIn: Counts = new Map();
  readonly framesOut: Counts = new Map();
  readonly incoming: DirectionTraffic = emptyTraffic();
  readonly outgoing: DirectionTraffic = emptyTraffic();
  preopenIn = 0;
  preopenOut = 0;

  read(octets: number, open: boolean): void {
    count(this.reads, octets);
    if (open) this.incoming.octetsOnWire += octets;
    else this.preopenIn += octets;
  }

  write(octets: number, open: boolean): void {
    count(this.writes, octets);
    if (open) this.outgoing.octetsOnWire += octets;
    else this.preopenOut += octets;
  }

  /** A message sent or received: its length as the application sees it, and what it took in frames. */
  message(direction: DirectionTraffic, octets: number, inFrames: number, frames: number): void {
    direction.octetsInMessages += octets;
    direction.octetsInFrames += inFrames;
    direction.frames += frames;
    direction.messages++;
  }
}

/** Adds to a count. */
export function count(counts: Counts, what: number, times = 1): void {
  counts.set(what, (counts.get(what) ?? 0) + times);
}

function emptyTraffic(): DirectionTraffic {
  return { octetsOnWire: 0, octetsInFrames: 0, octetsInMessages: 0, frames: 0, messages: 0 };
}
