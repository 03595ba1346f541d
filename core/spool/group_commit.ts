/** One transaction, and so one sync, for all the work that arrives while the last one is under way. */
import type { SqlConnection } from "../capabilities.ts";

interface Work {
  readonly run: () => unknown;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

/** What a {@link GroupCommit} needs from its surroundings. */
export interface GroupCommitOptions {
  /** Calls back once the work that comes together is there: a microtask later on servers. */
  readonly schedule: (callback: () => void) => void;
  /** Calls back within some milliseconds. Default: as `schedule` does. */
  readonly scheduleSoon?: (callback: () => void) => void;
  /** Runs inside each transaction, after its work and before its commit. */
  readonly beforeCommit?: () => void;
  /** Runs after each commit, before the work's promises resolve. */
  readonly afterCommit?: () => void;
  /** Runs after a transaction was undone. */
  readonly afterRollback?: () => void;
}

/**
 * Runs pieces of work in shared transactions.
 *
 * When one piece throws, the transaction is undone and each piece gets one of its own, so that a bad piece fails alone.
 * Work must therefore change nothing but the database: it may run twice.
 */
export class GroupCommit {
  readonly #connection: SqlConnection;
  readonly #options: GroupCommitOptions;
  #waiting: Work[] = [];
  #isScheduled = false;
  #isScheduledSoon = false;

  constructor(connection: SqlConnection, options: GroupCommitOptions) {
    this.#connection = connection;
    this.#options = options;
  }

  /** Resolves with what `work` returned, after the commit that holds its changes. */
  run<T>(work: () => T): Promise<T> {
    if (!this.#isScheduled) {
      this.#isScheduled = true;
      this.#options.schedule(() => this.flush());
    }
    return this.#add(work);
  }

  /** As {@link run}, for work that nobody waits for urgently: it rides along with the next commit, or has its own soon. */
  runSoon<T>(work: () => T): Promise<T> {
    if (!this.#isScheduledSoon) {
      this.#isScheduledSoon = true;
      const { scheduleSoon = this.#options.schedule } = this.#options;
      scheduleSoon(() => {
        this.#isScheduledSoon = false;
        this.flush();
      });
    }
    return this.#add(work);
  }

  /** Commits all that is waiting, now. */
  flush(): void {
    this.#isScheduled = false;
    const batch = this.#waiting;
    if (batch.length === 0) return;
    this.#waiting = [];
    try {
      settle(batch, this.#commit(batch));
    } catch (error) {
      if (batch.length === 1) batch[0]!.reject(error);
      else for (const work of batch) this.#commitAlone(work);
    }
  }

  #add<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ run: work, resolve, reject });
    });
  }

  #commitAlone(work: Work): void {
    try {
      settle([work], this.#commit([work]));
    } catch (error) {
      work.reject(error);
    }
  }

  #commit(batch: readonly Work[]): unknown[] {
    this.#connection.exec("BEGIN IMMEDIATE");
    try {
      const results = batch.map((work) => work.run());
      this.#options.beforeCommit?.();
      this.#connection.exec("COMMIT");
      this.#options.afterCommit?.();
      return results;
    } catch (error) {
      this.#rollback();
      throw error;
    }
  }

  #rollback(): void {
    this.#options.afterRollback?.();
    try {
      this.#connection.exec("ROLLBACK");
    } catch {
      // A full disk or an I/O error makes SQLite roll back by itself; then there is nothing left to undo.
    }
  }
}

function settle(batch: readonly Work[], results: readonly unknown[]): void {
  for (const [index, work] of batch.entries()) work.resolve(results[index] as never);
}
