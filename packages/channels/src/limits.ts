/** The limits of {@link Channels}. `Infinity` switches one off. */
export type ChannelsLimits = {
  /** Channels that a member may be in at a time; over it `join` says "full". Default 128. */
  channels: number;
  /** Bytes of a channel's name, when it is a string; over it the call throws a RangeError. Default 200. */
  idBytes: number;
  /** Bytes, as JSON, of the meta of a member that is shown as present; over it `join` throws a RangeError. Default 4,096. */
  metaBytes: number;
  /** Broadcasts that wait in one channel; over it a broadcast counts as dropped for everyone. Default 1,024. */
  backlogBroadcasts: number;
  /** Bytes of the broadcasts that wait in one channel; over it likewise. Default 16,777,216. */
  backlogBytes: number;
  /** Histories kept of channels without members; over it the one used longest ago is forgotten. Default 10,000. */
  histories: number;
  /** Bytes of a key of presence, with a bus; over it `join` throws a RangeError. Default 200. */
  keyBytes: number;
  /** People of other nodes that are shown in one channel; over it further ones are not. Default 10,000. */
  channelPeople: number;
  /** People of other nodes that are shown in all channels; over it likewise. Default 100,000. */
  people: number;
  /** Entries of a log that wait in one channel for one before them, with a bus; over it they are read from the log. Default 1,000. */
  waitingEntries: number;
  /** Bytes of the entries that wait in one channel; over it likewise. Default 4,194,304. */
  waitingBytes: number;
  /** Messages held for a member while what it missed is read; over it the member is not recovered. Default 1,000. */
  heldMessages: number;
  /** Bytes of the messages held for a member; over it likewise. Default 1,048,576. */
  heldBytes: number;
};

/** What holds unless an option says otherwise. */
export const defaultLimits: Readonly<ChannelsLimits> = {
  channels: 128,
  idBytes: 200,
  metaBytes: 4096,
  backlogBroadcasts: 1024,
  backlogBytes: 16_777_216,
  histories: 10_000,
  keyBytes: 200,
  channelPeople: 10_000,
  people: 100_000,
  waitingEntries: 1000,
  waitingBytes: 4_194_304,
  heldMessages: 1000,
  heldBytes: 1_048_576,
};

/** Checks limits and fills in the defaults. Throws a TypeError or RangeError that names the limit. */
export function resolveLimits(limits: Partial<ChannelsLimits> = {}): ChannelsLimits {
  if (typeof limits !== "object" || limits === null) throw new TypeError("limits must be an object");
  const resolved = { ...defaultLimits };
  for (const [name, value] of Object.entries(limits)) {
    if (!Object.hasOwn(defaultLimits, name)) throw new TypeError(`limits: ${name} is not a limit`);
    if (value === undefined) continue;
    if (typeof value !== "number") throw new TypeError(`limits: ${name} must be a number`);
    if (value !== Number.POSITIVE_INFINITY && !(Number.isSafeInteger(value) && value >= 0)) {
      throw new RangeError(`limits: ${name} must be a whole number, or Infinity`);
    }
    resolved[name as keyof ChannelsLimits] = value;
  }
  return resolved;
}
