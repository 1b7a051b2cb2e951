/** Two copies of the package in one process: what one makes is given to the other. */
const [first, second] = (await Promise.all(process.argv.slice(3).map((file) => import(file)))) as [
  Package,
  Package,
];

type Package = typeof import("../../src/index.ts");

if (first.serve === second.serve) throw new Error("these are not two copies");

const server = await first.serve({
  port: 0,
  host: "127.0.0.1",
  handler: {
    handshake: (request) =>
      request.path === "/no" ? second.reject("no", { status: 403 }) : second.accept({ protocol: "a" }),
    open(connection) {
      connection.write(second.text("prepared by the other copy"));
      second.write(connection.socket, "written by the other copy");
    },
    message() {},
  },
});

const address = server.address();
console.log(JSON.stringify({ port: typeof address === "object" ? address?.port : 0 }));
