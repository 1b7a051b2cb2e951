/** Nodes that are believed to be there; more are not taken note of. */
const limit = 4096;

/** The other nodes: who was heard when. Time is an argument. */
export class Peers {
  readonly #heard = new Map<string, number>();

  /** Their ids. */
  get nodes(): string[] {
    return [...this.#heard.keys()];
  }

  /** A node says that it is there; tells whether that is news. */
  add(node: string, now: number): boolean {
    const isNew = !this.#heard.has(node);
    if (isNew && this.#heard.size >= limit) return false;
    this.#heard.set(node, now);
    return isNew;
  }

  /** A node was heard; that alone does not make it one of ours. */
  touch(node: string, now: number): void {
    if (this.#heard.has(node)) this.#heard.set(node, now);
  }

  /** A node has gone; tells whether it was known. */
  remove(node: string): boolean {
    return this.#heard.delete(node);
  }

  /** Nobody counts any more. */
  clear(): void {
    this.#heard.clear();
  }

  /** Nobody could be heard until now: their time begins anew. */
  refresh(now: number): void {
    for (const node of this.#heard.keys()) this.#heard.set(node, now);
  }

  /** Removes and returns those that were silent for longer than this. */
  expire(silence: number, now: number): string[] {
    const silent = this.nodes.filter((node) => now - this.#heard.get(node)! > silence);
    for (const node of silent) this.#heard.delete(node);
    return silent;
  }
}
