/** Memory for what is read again before the call that wrote it returns: nothing may rely on it afterwards. */
export const scratch: Uint8Array<ArrayBuffer> = new Uint8Array(65_536);
