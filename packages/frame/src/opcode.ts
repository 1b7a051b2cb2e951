/** Frame opcodes (RFC 6455 §5.2, §11.8). */
export const Opcode = {
  Continuation: 0x0,
  Text: 0x1,
  Binary: 0x2,
  Close: 0x8,
  Ping: 0x9,
  Pong: 0xa,
} as const;

/** One of the six opcodes that RFC 6455 defines. */
export type Opcode = (typeof Opcode)[keyof typeof Opcode];

/** Tells whether the opcode is that of a control frame: 0x8 to 0xF (RFC 6455 §5.5). */
export function isControl(opcode: number): boolean {
  return opcode >= 0x8;
}

/** Tells whether the opcode has no meaning yet: 0x3-0x7 and 0xB-0xF (RFC 6455 §5.2). */
export function isReserved(opcode: number): boolean {
  return (opcode > Opcode.Binary && opcode < Opcode.Close) || opcode > Opcode.Pong;
}
