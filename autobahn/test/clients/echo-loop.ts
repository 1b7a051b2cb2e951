/** The part of a WebSocket that clients have in common: Node's own, ws, a browser's. */
export type AnySocket = {
  binaryType: string;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: unknown) => void) | null;
  onerror: ((event: unknown) => void) | null;
  send(data: never): void;
};

/** Runs every selected case of a fuzzing server with a client, one after the other, as the genuine suite's clients do. */
export async function runClient(
  open: (url: string) => AnySocket,
  base: string,
  agent: string,
  concurrency: number = 1,
): Promise<void> {
  const ask = (path: string, echo: boolean): Promise<unknown> =>
    new Promise((resolve) => {
      const socket = open(base + path);
      let text: unknown;
      socket.binaryType = "arraybuffer";
      socket.onmessage = ({ data }) => {
        if (echo) socket.send(data as never);
        else text = data;
      };
      socket.onerror = () => {};
      socket.onclose = () => resolve(text);
    });
  const count = Number(await ask("/getCaseCount", false));
  let next = 1;
  const worker = async (): Promise<void> => {
    for (let n = next++; n <= count; n = next++) {
      await ask(`/runCase?case=${n}&agent=${encodeURIComponent(agent)}`, true);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  await ask(`/updateReports?agent=${encodeURIComponent(agent)}`, false);
}
