export type { PermessageDeflateOptions } from "./options.ts";
export { type PermessageDeflate, permessageDeflate } from "./permessage-deflate.ts";
