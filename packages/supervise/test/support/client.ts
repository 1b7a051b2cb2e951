/** How a connection ended. */
export type Ending = { code: number; reason: string; wasClean: boolean };

/** A WebSocket of Node's that asks and waits for answers, one at a time. */
export class Client {
  readonly socket: WebSocket;
  readonly ended: Promise<Ending>;
  /** Questions whose answer never came. */
  unanswered = 0;
  #waiting: ((answer: string) => void)[] = [];

  private constructor(socket: WebSocket) {
    this.socket = socket;
    this.ended = new Promise((resolve) => {
      socket.onclose = ({ code, reason, wasClean }) => {
        this.unanswered = this.#waiting.length;
        resolve({ code, reason, wasClean });
      };
    });
    socket.onmessage = ({ data }) => this.#waiting.shift()?.(String(data));
  }

  /** Connects; rejects when it is refused. */
  static async connect(url: string): Promise<Client> {
    const socket = new WebSocket(url);
    const client = new Client(socket);
    await new Promise<void>((resolve, reject) => {
      socket.onopen = () => resolve();
      socket.onerror = (event) =>
        reject(new Error(`refused: ${(event as Event & { message?: string }).message}`));
    });
    return client;
  }

  ask(question: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#waiting.push(resolve);
      this.ended.then(({ code }) => reject(new Error(`closed with ${code}`)));
      this.socket.send(question);
    });
  }

  close(): void {
    this.socket.close();
  }
}

/** Connections, at least one to each of `count` processes, by process id; the rest are closed. */
export async function onePerWorker(url: string, count: number): Promise<Map<number, Client>> {
  const clients = new Map<number, Client>();
  while (clients.size < count) {
    const client = await Client.connect(url);
    const pid = Number(await client.ask("pid"));
    if (clients.has(pid)) client.close();
    else clients.set(pid, client);
  }
  return clients;
}
