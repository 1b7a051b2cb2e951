// prints hello
import { encodeText, type Message, MessageDecoder } from "@exws/frame";

const decoder = new MessageDecoder({ role: "client" });
decoder.push(encodeText("hello"));
const message: Message | undefined = decoder.next();
if (message?.type === "text") console.log(message.data);
