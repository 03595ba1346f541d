/** Acts that must not overlap, one after another. Pure. */

/** Runs one act at a time, in the order in which they came; one that fails keeps no other from its turn. */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `act` once all that came before it are over; resolves and rejects as it does. */
  run<Result>(act: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(act, act);
    this.#last = result;
    return result;
  }
}
