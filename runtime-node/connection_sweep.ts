/** Looks at the open connections of a listener now and then: one timer, however many there are. */

/** How often: a limit of time is kept with this precision. */
const intervalMs = 250;

/** Something that time may run out for. */
export interface Watched {
  /** @param nowMs a time that is never set back, as `performance.now()` gives it */
  look(nowMs: number): void;
}

/** See the file's first line. */
export class ConnectionSweep {
  readonly #watched = new Set<Watched>();
  #timer: NodeJS.Timeout | null = null;

  /** Watches until the returned function is called, which tells whether it is the first time. */
  add(watched: Watched): () => boolean {
    this.#watched.add(watched);
    this.#timer ??= setInterval(() => this.#look(), intervalMs).unref();
    return () => this.#watched.delete(watched);
  }

  #look(): void {
    const nowMs = performance.now();
    if (this.#watched.size === 0) this.#rest();
    for (const watched of this.#watched) watched.look(nowMs);
  }

  #rest(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}
