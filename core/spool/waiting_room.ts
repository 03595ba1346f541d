/** Callers that wait for something to happen, woken by an event and never by polling. */

/** A place to wait in until someone calls `wake`. */
export class WaitingRoom {
  readonly #waiting = new Set<() => void>();

  /** Resolves at the next `wake`, or when `signal` aborts. */
  wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const leave = () => {
        this.#waiting.delete(leave);
        signal.removeEventListener("abort", leave);
        resolve();
      };
      this.#waiting.add(leave);
      signal.addEventListener("abort", leave);
      if (signal.aborted) leave();
    });
  }

  wake(): void {
    for (const leave of [...this.#waiting]) leave();
  }
}
