/** Counts uses in memory until they are taken to be stored: no use waits for a database. Pure. */

/** How often something was used since the last time that was stored. */
export interface Use {
  readonly id: string;
  readonly uses: number;
  readonly lastUsedAtMs: number;
}

/** See the file's first line. */
export class UseTally {
  #uses = new Map<string, Use>();

  /** Counts one use. */
  count(id: string, atMs: number): void {
    const uses = (this.#uses.get(id)?.uses ?? 0) + 1;
    this.#uses.set(id, { id, uses, lastUsedAtMs: atMs });
  }

  /** Hands over what was counted since the last call; the caller stores it. */
  take(): readonly Use[] {
    const uses = [...this.#uses.values()];
    this.#uses = new Map();
    return uses;
  }
}
