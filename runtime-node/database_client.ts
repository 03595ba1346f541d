/** Starts the thread that owns `dispatch.db`, and reaches it. */
import { Worker } from "node:worker_threads";
import type { Logger } from "../core/capabilities.ts";
import { type DatabaseCalls, databaseOverPort } from "./database_calls.ts";
import type { DatabaseThreadData } from "./database_thread.ts";
import { superviseThread } from "./thread.ts";

/** A running database thread. */
export interface DatabaseThread {
  readonly calls: DatabaseCalls;
  /** Ends after the batch of history that is under way; the rest stays in the spool. */
  stop(): Promise<void>;
}

/**
 * Starts the thread; resolves once the database is open, checked and up to date.
 *
 * @param onDeath called when the thread ends without having been asked to
 * @throws {DispatchError} `database_foreign`, `database_newer`, `database_unusable`
 */
export async function startDatabaseThread(
  data: DatabaseThreadData,
  logger: Logger,
  onDeath: (error: unknown) => void,
): Promise<DatabaseThread> {
  const worker = new Worker(new URL("./database_thread.ts", import.meta.url), { workerData: data });
  const thread = await superviseThread(worker, logger, onDeath);
  const port = thread.connect();
  return {
    calls: databaseOverPort(port),
    async stop() {
      await thread.stop();
      port.close();
    },
  };
}
