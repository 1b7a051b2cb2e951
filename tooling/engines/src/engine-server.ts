import type { Engine, EngineProcess } from "./engine-process.ts";

/** An engine that is one process: what is the same whichever program it runs. */
export abstract class EngineServer implements Engine {
  protected readonly process: EngineProcess;

  protected constructor(engine: EngineProcess) {
    this.process = engine;
  }

  abstract cut(): Promise<void>;

  get pid(): number | undefined {
    return this.process.pid;
  }

  /** Where it works. */
  get folder(): string {
    return this.process.folder;
  }

  /** What it has logged. */
  get output(): string {
    return this.process.output;
  }

  start(): Promise<void> {
    return this.process.start();
  }

  stop(): Promise<void> {
    return this.process.stop();
  }

  freeze(): Promise<void> {
    return this.process.freeze();
  }

  thaw(): void {
    this.process.thaw();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process.dispose();
  }
}
