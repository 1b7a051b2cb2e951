// prints hello hello hello hello
import { type PermessageDeflate, permessageDeflate } from "@exws/deflate";

const extension: PermessageDeflate = permessageDeflate({ threshold: 0 });
const answer = extension.negotiate({ name: "permessage-deflate", params: [] });
if (answer !== undefined) {
  const connection = extension.start(answer, 1_000);
  const payload = connection.encode(new TextEncoder().encode("hello hello hello hello"));
  if (payload instanceof Uint8Array && payload.length < 20) {
    const message = connection.decode(payload);
    if (message instanceof Uint8Array) console.log(new TextDecoder().decode(message));
  }
}
