// prints s3pPLMBiTxaQ9kYGzzhZRbK+xOo=
import { acceptKey } from "@exws/handshake";

const accept: string = acceptKey("dGhlIHNhbXBsZSBub25jZQ==");
console.log(accept);
