// prints Paul says hello
import { defineHandler, serve } from "@exws/server";

const handler = defineHandler({
  init: () => ({ name: "Paul" }),
  message(connection, data) {
    const name: string = connection.state.name;
    if (typeof data === "string") connection.write(`${name} says ${data}`);
  },
});

async function main(): Promise<void> {
  const server = await serve({ port: 0, host: "127.0.0.1", handler });
  const socket = new WebSocket(server.url);
  socket.addEventListener("open", () => socket.send("hello"));
  socket.addEventListener("message", (event) => {
    console.log(event.data);
    socket.close();
  });
  socket.addEventListener("close", () => void server.close());
}

void main();
