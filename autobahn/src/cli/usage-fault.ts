/** Something that the user wrote cannot be: told in one line, exit code 2. */
export class UsageFault extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = "UsageFault";
  }
}
