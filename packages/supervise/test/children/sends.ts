// Says something to its supervisor when it drains, whether that is still there or not.
import { serve } from "@exws/server";
import { onDrain } from "@exws/supervise";

onDrain(() => {
  process.send?.("going");
});
await serve({
  port: 0,
  host: "127.0.0.1",
  handler: {
    async message(connection, data) {
      await new Promise((resolve) => onDrain(resolve));
      // Behind all that goes wrong in this turn and the next.
      for (let i = 0; i < 5; i++) await new Promise(setImmediate);
      connection.write(data);
    },
  },
});
