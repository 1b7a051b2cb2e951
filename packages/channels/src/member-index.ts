import type { Membership } from "./membership.ts";
import type { Subscriber } from "./subscriber.ts";

/** Who is in which channels: the memberships of every member, in the order of the joins. */
export class MemberIndex {
  readonly #first = new Map<Subscriber, Membership>();

  /** How many channels a member is in. */
  count(member: Subscriber): number {
    return this.#first.get(member)?.count ?? 0;
  }

  /** All memberships of a member. */
  list(member: Subscriber): Membership[] {
    const first = this.#first.get(member);
    if (first === undefined) return [];
    const list = [first];
    for (let each = first.next!; each !== first; each = each.next!) list.push(each);
    return list;
  }

  /** Adds a membership that is new. */
  add(membership: Membership): void {
    const first = this.#first.get(membership.member);
    if (first === undefined) {
      this.#first.set(membership.member, membership);
      return;
    }
    const last = first.previous!;
    membership.previous = last;
    membership.next = first;
    last.next = membership;
    first.previous = membership;
    first.count++;
  }

  /** Ends a membership. */
  remove(membership: Membership): void {
    const { member } = membership;
    const next = membership.next!;
    const first = this.#first.get(member)!;
    if (next === membership) this.#first.delete(member);
    else {
      next.previous = membership.previous;
      membership.previous!.next = next;
      if (first === membership) {
        next.count = first.count - 1;
        this.#first.set(member, next);
      } else first.count--;
    }
    membership.next = membership.previous = undefined;
  }
}
