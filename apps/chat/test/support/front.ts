import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** What stands before servers in real life: passes each connection on to the first of them that takes it. */
export class Front {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(ports: readonly number[]) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket.once("close", () => this.#sockets.delete(socket)));
      socket.on("error", () => socket.destroy());
      passOn(socket, ports);
    });
  }

  static async open(...ports: number[]): Promise<Front> {
    const front = new Front(ports);
    front.#server.listen(0, "127.0.0.1");
    await once(front.#server, "listening");
    onTestFinished(() => {
      front.#server.close();
      for (const socket of front.#sockets) socket.destroy();
    });
    return front;
  }

  /** The page behind it. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }
}

function passOn(socket: Socket, [port, ...others]: readonly number[]): void {
  if (port === undefined) {
    socket.destroy();
    return;
  }
  const server = connect(port, "127.0.0.1");
  let isOpen = false;
  server.once("connect", () => {
    isOpen = true;
    socket.pipe(server).pipe(socket);
  });
  server.on("error", () => {
    if (isOpen) socket.destroy();
    else passOn(socket, others);
  });
  socket.once("close", () => server.destroy());
  server.once("close", () => {
    if (isOpen) socket.destroy();
  });
}
