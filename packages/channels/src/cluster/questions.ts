import type { Envelope } from "./envelope.ts";
import type { Kind } from "./kind.ts";
import type { BusNode } from "./node.ts";
import type { NodePart } from "./part.ts";
import {
  type Answer,
  decodeAnswer,
  decodeQuestion,
  encodeAnswer,
  encodeQuestion,
  type Subject,
} from "./question.ts";

/** What a node knows of its own members: a number for a size, else a list of JSON values. */
export type Known = (subject: Subject, id: string) => number | Iterable<unknown>;

/** What came of a question. */
export type Replies = {
  /** What each node has said, as far as it came. */
  readonly contents: readonly { readonly node: string; readonly content: number | readonly unknown[] }[];
  /** Nodes that are known, and have not said all. */
  readonly silent: readonly string[];
};

/** Milliseconds after which a node that has connected knows who is there: until then a question waits for more answers. */
const acquaintance = 100;

type Open = {
  readonly subject: Subject;
  /** When it may end. */
  readonly from: number;
  /** Nodes that have not said all yet. */
  readonly waiting: Set<string>;
  readonly answers: Map<string, Answer[]>;
  readonly finish: () => void;
  /** Ends it, if nobody is waited for. */
  readonly check: () => void;
};

/** Questions to all nodes, and answers to theirs. Whoever does not answer in time is named. */
export class Questions implements NodePart {
  readonly kinds: readonly Kind[] = ["ask", "answer"];
  readonly #node: BusNode;
  readonly #known: Known;
  readonly #open = new Map<number, Open>();
  #numbers = 0;
  #acquaintedAt = 0;

  /** `known` says what this node answers. */
  constructor(node: BusNode, known: Known) {
    this.#node = node;
    this.#known = known;
    node.add(this);
  }

  /** Asks all nodes; resolves when all that are known have answered, at the latest after `queryTimeout`. Never rejects. */
  ask(subject: Subject, id: string): Promise<Replies> {
    const { clock, options, peers, state } = this.#node;
    const waiting = new Set(peers.nodes);
    const from = this.#acquaintedAt;
    const early = from - clock.now();
    if (state !== "up" || (waiting.size === 0 && early <= 0)) {
      return Promise.resolve({ contents: [], silent: [...waiting] });
    }
    return new Promise((resolve) => {
      const number = ++this.#numbers;
      const answers = new Map<string, Answer[]>();
      const finish = (): void => {
        if (!this.#open.delete(number)) return;
        stop();
        stopEarly();
        resolve({ contents: [...answers].map(whole), silent: [...waiting] });
      };
      const check = (): void => {
        if (waiting.size === 0 && clock.now() >= from) finish();
      };
      const stop = clock.after(options.queryTimeout, finish);
      const stopEarly = early > 0 ? clock.after(early, check) : () => {};
      this.#open.set(number, { subject, from, waiting, answers, finish, check });
      void this.#node.tell(undefined, "ask", encodeQuestion({ number, subject, id })).then(({ ok }) => {
        if (!ok) finish();
      });
    });
  }

  hear({ kind, node, body }: Envelope): boolean {
    return kind === "ask" ? this.#hearQuestion(node, body) : this.#hearAnswer(node, body);
  }

  gone(node: string): void {
    for (const { waiting, check } of this.#open.values()) {
      if (waiting.delete(node)) check();
    }
  }

  found(node: string): void {
    const now = this.#node.clock.now();
    for (const { from, waiting, answers } of this.#open.values()) {
      if (now < from && !answers.has(node)) waiting.add(node);
    }
  }

  up(): void {
    this.#acquaintedAt = this.#node.clock.now() + acquaintance;
  }

  down(): void {
    for (const { finish } of this.#open.values()) finish();
  }

  close(): void {
    this.down();
  }

  #hearQuestion(node: string, body: Uint8Array): boolean {
    const question = decodeQuestion(body);
    if (question === undefined) return false;
    const { number, subject, id } = question;
    for (const part of encodeAnswer(number, this.#known(subject, id), this.#node.maxBody)) {
      void this.#node.tell(node, "answer", part);
    }
    return true;
  }

  #hearAnswer(node: string, body: Uint8Array): boolean {
    const answer = decodeAnswer(body);
    if (answer === undefined) return false;
    const open = this.#open.get(answer.number);
    // Too late: nobody waits for it any more.
    if (open === undefined) return true;
    if ((typeof answer.content === "number") !== (open.subject === "size")) return false;
    const parts = open.answers.get(node) ?? [];
    if (parts.some(({ part }) => part === answer.part)) return true;
    parts.push(answer);
    open.answers.set(node, parts);
    if (parts.length < answer.parts) return true;
    open.waiting.delete(node);
    open.check();
    return true;
  }
}

function whole([node, parts]: [string, Answer[]]): Replies["contents"][number] {
  const sorted = parts.toSorted((a, b) => a.part - b.part).map(({ content }) => content);
  const [first] = sorted;
  return { node, content: typeof first === "number" ? first : sorted.flatMap((list) => list as unknown[]) };
}
