import type { Since } from "./history.ts";

/** How to join. */
export type JoinOptions = {
  /** Who is a member already gets the new meta. Default: it keeps what it has. */
  replace?: boolean;
  /**
   * Where the member was: what was broadcast since then is written to it first, if it is all there. It may come from a client as
   * it is: what is no position of this history is not recovered. `"oldest"`, for who is new: all that is kept.
   */
  since?: Since | undefined;
};

/** The arguments of `join` behind the member: meta may be left out where its type allows it. */
export type JoinArguments<Meta> = undefined extends Meta
  ? [meta?: Meta, options?: JoinOptions]
  : [meta: Meta, options?: JoinOptions];
