import type { FromClient } from "../protocol/from-client.ts";
import type { ErrorMessage } from "../protocol/from-server.ts";
import type { Room } from "./room.ts";
import type { Timer, World } from "./world.ts";

/** How long a message may be on its way before it is sent again. */
const answerTime = 15_000;
/** How often others are told that somebody is typing. */
const typingPause = 2_500;

/** What a dispatch is made of. */
export type DispatchOptions = {
  room: Room;
  world: World;
  send: (message: FromClient) => void;
  /** Keeps what is not sent yet. */
  save: (room: Room) => void;
  /** Wants to be in the room again. */
  join: () => void;
  changed: () => void;
};

/** Sends what waits in a room's outbox: one message after the other, the next when the one before has come back. */
export class Dispatch {
  readonly room: Room;
  readonly #options: DispatchOptions;
  #timer: Timer | undefined;
  /** When the others were last told that somebody is typing here. */
  #typedAt = Number.NEGATIVE_INFINITY;

  constructor(options: DispatchOptions) {
    this.room = options.room;
    this.#options = options;
  }

  /** Sends the next message, if the page is in the room and none is on its way. */
  flush(): void {
    const { name, state, outbox } = this.room;
    const next = state === "joined" ? outbox.take() : undefined;
    if (next !== undefined) {
      this.#options.send({ type: "say", room: name, id: next.id, text: next.text });
      this.#again(answerTime);
    }
    this.#options.save(this.room);
  }

  /** The room has said a message of this person; it may be one of these. */
  acknowledge(id: string): void {
    if (this.room.outbox.acknowledge(id)) this.flush();
  }

  /** The server says something about a message. */
  refused(id: string, { code, message, retryAfter }: ErrorMessage): void {
    const { outbox, localOnly } = this.room;
    if (code === "not-passed-on") localOnly.add(id);
    else if (code === "too-fast") {
      outbox.reset();
      this.#again(retryAfter ?? 1_000);
    } else if (code === "not-in-room") {
      outbox.reset();
      this.#options.join();
    } else {
      outbox.refuse(id, message);
      this.flush();
    }
  }

  /** The server will not have the page in the room yet. */
  refusedToJoin({ retryAfter }: ErrorMessage): void {
    this.#again(retryAfter ?? 1_000);
  }

  /** Somebody is typing here: the others are told now and then. */
  type(): void {
    const now = this.#options.world.now();
    if (this.room.state !== "joined" || now - this.#typedAt < typingPause) return;
    this.#typedAt = now;
    this.#options.send({ type: "typing", room: this.room.name });
  }

  /** Somebody has said it: what is typed next is news. */
  typed(): void {
    this.#typedAt = Number.NEGATIVE_INFINITY;
  }

  /** Nothing can be sent now. */
  stop(): void {
    this.#options.world.clearTimer(this.#timer);
  }

  #again(milliseconds: number): void {
    this.stop();
    this.#timer = this.#options.world.setTimer(() => {
      if (this.room.state === "joined") {
        this.room.outbox.reset();
        this.flush();
      } else this.#options.join();
      this.#options.changed();
    }, milliseconds);
  }
}
