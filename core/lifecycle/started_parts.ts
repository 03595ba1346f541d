/** Parts of the service that have been started: they are stopped in reverse, also when a later one fails to start. */

/** Ends one part. */
export type StopPart = () => Promise<void> | void;

/** Remembers how to stop what has been started. */
export class StartedParts {
  readonly #parts: { readonly name: string; readonly stop: StopPart }[] = [];
  readonly #report: (part: string, error: unknown) => void;

  /** @param report gets what a part throws while it is stopped; the others are stopped all the same */
  constructor(report: (part: string, error: unknown) => void) {
    this.#report = report;
  }

  /** Starts a part; `stopOf` says how its result is stopped later. */
  async start<T>(name: string, start: () => Promise<T> | T, stopOf: (part: T) => Promise<void> | void): Promise<T> {
    const part = await start();
    this.#parts.push({ name, stop: () => stopOf(part) });
    return part;
  }

  /** Stops all parts, the last started first. */
  async stop(): Promise<void> {
    for (const { name, stop } of this.#parts.splice(0).reverse()) {
      try {
        await stop();
      } catch (error) {
        this.#report(name, error);
      }
    }
  }
}
