/** Watches standard output from now on; the function it returns resolves when a line with that text has been printed. */
export function watchOutput(): (text: string) => Promise<void> {
  let output = "";
  let check = (): void => {};
  const write = process.stdout.write;
  process.stdout.write = function (this: typeof process.stdout, ...args: Parameters<typeof write>): boolean {
    output += String(args[0]);
    check();
    return Reflect.apply(write, this, args);
  } as typeof write;

  return (text) =>
    new Promise((resolve) => {
      check = () => {
        if (output.split("\n").some((line) => line.includes(text))) resolve();
      };
      check();
    });
}
