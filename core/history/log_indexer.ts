/** Makes rows that an older version wrote known to searches, a few at a time, while the service runs. */
import type { Clock, Logger } from "../capabilities.ts";
import type { MessageLog } from "./message_log.ts";
import { Persistence } from "./persistence.ts";

const batchRows = 500;
/** Pause after a batch, in which mail, new rows and searches have their turn. */
const pauseMs = 20;

/** What the indexer works with. */
export interface LogIndexerOptions {
  readonly log: Pick<MessageLog, "indexEarlier">;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Goes through the rows once, newest first; what was done is done, also when it is stopped before the end. */
export class LogIndexer {
  readonly #options: LogIndexerOptions;
  readonly #persistence: Persistence;
  #running: Promise<void> = Promise.resolve();

  constructor(options: LogIndexerOptions) {
    const { clock, logger } = options;
    this.#options = options;
    this.#persistence = new Persistence({
      clock,
      onSuspend(reason, error) {
        logger.warn("history.index_suspended", `Older rows of the message log wait to be indexed. ${reason}`, {
          error,
        });
      },
      onResume: () => logger.info("history.index_resumed", "Older rows of the message log are indexed again."),
    });
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Ends after the batch that is under way. */
  async stop(): Promise<void> {
    this.#persistence.stop();
    await this.#running;
  }

  /** Resolves once all rows are known to searches, or it is stopped. */
  finished(): Promise<void> {
    return this.#running;
  }

  async #run(): Promise<void> {
    const { log, logger } = this.#options;
    for (let batches = 0; !this.#persistence.signal.aborted; batches++) {
      const isMore = (await this.#persistence.persist(() => log.indexEarlier(batchRows)))?.value;
      if (isMore === undefined) return;
      if (isMore && batches === 0) {
        const message = "Rows of the message log from before this version are indexed; searches find the newest first.";
        logger.info("history.indexing", message);
      }
      if (!isMore) {
        if (batches > 0) logger.info("history.indexed", "All rows of the message log are indexed.");
        return;
      }
      await this.#persistence.pause(pauseMs);
    }
  }
}
