const slots = 256;

/** Something that has to be looked at when its time comes. The wheel owns the three link fields. */
export interface Deadlined {
  /** The tick at which `onDue` is called; 0 while not on the wheel. */
  due: number;
  previous: Deadlined | undefined;
  following: Deadlined | undefined;
  /** Looks at all its deadlines and returns the tick of the earliest that is left, `Infinity` for none. */
  onDue(now: number): number;
}

/**
 * Deadlines of any number of connections for the price of one timer: a wheel of slots, each a linked list. An item
 * stands in the slot of its earliest deadline only, and is touched when that comes.
 *
 * Time is in ticks and comes in from outside. It stands still while the process does: after a stall of the event
 * loop the peers get the time that they did not have to be heard.
 */
export class DeadlineWheel {
  /** Milliseconds of one tick. */
  readonly tick: number;
  /** The current tick; the first is 1. */
  now = 1;
  /** Items on the wheel. */
  size = 0;
  readonly #heads: (Deadlined | undefined)[] = new Array(slots).fill(undefined);
  #fraction = 0;

  constructor(tick: number) {
    this.tick = tick;
  }

  /** The time in milliseconds. */
  get milliseconds(): number {
    return this.now * this.tick;
  }

  /** Milliseconds in whole ticks, rounded up, at least one; `Infinity` stays. */
  ticks(milliseconds: number): number {
    return Math.max(1, Math.ceil(milliseconds / this.tick));
  }

  /**
   * Puts an item on the wheel, or brings its deadline forward; a later one than it has, or `Infinity`, is ignored. One
   * that has passed comes in the next tick: its own slot would not be looked at for a whole revolution.
   */
  schedule(item: Deadlined, due: number): void {
    if (due === Number.POSITIVE_INFINITY) return;
    const at = Math.max(due, this.now + 1);
    if (item.due !== 0) {
      if (item.due <= at) return;
      this.remove(item);
    }
    this.#insert(item, at);
  }

  /** Takes an item off the wheel, if it is on it. */
  remove(item: Deadlined): void {
    if (item.due === 0) return;
    if (item.previous !== undefined) item.previous.following = item.following;
    else this.#heads[slotOf(item.due)] = item.following;
    if (item.following !== undefined) item.following.previous = item.previous;
    item.previous = item.following = undefined;
    item.due = 0;
    this.size--;
  }

  /**
   * Lets `elapsed` milliseconds pass, but no more than `most`: what is beyond was a stall of the process.
   * Calls `onDue` of everything whose time has come.
   */
  advance(elapsed: number, most: number): void {
    this.#fraction += Math.min(elapsed, most);
    while (this.#fraction >= this.tick) {
      this.#fraction -= this.tick;
      this.now++;
      this.#run(this.#heads[slotOf(this.now)]);
    }
  }

  #run(head: Deadlined | undefined): void {
    // Gathered first: an `onDue` may take other items off the wheel, or put them elsewhere.
    const items: Deadlined[] = [];
    for (let item = head; item !== undefined; item = item.following)
      if (item.due <= this.now) items.push(item);
    for (const item of items) {
      if (item.due === 0 || item.due > this.now) continue;
      this.remove(item);
      this.schedule(item, item.onDue(this.now));
    }
  }

  #insert(item: Deadlined, due: number): void {
    const slot = slotOf(due);
    const head = this.#heads[slot];
    item.due = due;
    item.previous = undefined;
    item.following = head;
    if (head !== undefined) head.previous = item;
    this.#heads[slot] = item;
    this.size++;
  }
}

function slotOf(due: number): number {
  return due % slots;
}
