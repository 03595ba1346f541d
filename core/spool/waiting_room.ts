/** Callers that wait for something to happen, woken by an event and never by polling. */

/** A place to wait in until someone calls `wake`. */
export class WaitingRoom {
  readonly #waiting = new Set<() => void>();
  #wakes = 0;

  /** How often `wake` was called. */
  get wakes(): number {
    return this.#wakes;
  }

  /**
   * Resolves at the next `wake`, or when `signal` aborts.
   *
   * @param since `wakes` before the caller looked whether there is something to wait for: a `wake` after that is not missed.
   * Default: now
   */
  wait(signal: AbortSignal, since = this.#wakes): Promise<void> {
    if (since !== this.#wakes) return Promise.resolve();
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
    this.#wakes++;
    for (const leave of [...this.#waiting]) leave();
  }
}
