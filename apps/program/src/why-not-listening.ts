/** Where a server was to listen. */
export type Place = {
  port: number;
  host: string;
  /** A Unix socket in place of `port` and `host`. */
  path?: string;
};

/** One line, in plain words, about why a server could not be started. */
export function whyNotListening(error: unknown, { host, port, path }: Place): string {
  const place = path ?? `${host} port ${port}`;
  const { code, message } =
    error instanceof Error ? (error as NodeJS.ErrnoException) : { message: `${error}` };
  switch (code) {
    case "EADDRINUSE":
      return path === undefined
        ? `${place} is taken; choose another with --port`
        : `${place} is taken; delete the file if nothing listens there any more`;
    case "EACCES":
      return `there is no permission to listen on ${place}`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return `${host} is no address of this machine`;
    default:
      return message.split("\n", 1)[0]!;
  }
}
