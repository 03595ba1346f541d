/** The thread that owns `dispatch.db`: answers statements, and takes the events of the spool into the message log. */
import { LogIndexer } from "../core/history/log_indexer.ts";
import { LogWriter } from "../core/history/log_writer.ts";
import type { MessageEventKind } from "../core/history/message_event.ts";
import { systemClock } from "./clock.ts";
import { serveDatabase } from "./database_calls.ts";
import { spoolOverPort } from "./spool_calls.ts";
import { runThread } from "./thread.ts";
import { giveWay } from "./thread_priority.ts";

/** What the database's thread starts with. */
export interface DatabaseThreadData {
  /** Absolute path of `dispatch.db`. */
  readonly path: string;
}

/** Time between two looks whether the file is in its place. */
const attendMs = 2500;

/** The state of a log that no spool has been named to yet. */
const idle = { isWorking: true, reason: null };

await runThread<DatabaseThreadData>(async ({ path }, logger) => {
  // The log can be written later; nothing that mail needs is asked here.
  giveWay();
  // After the module hooks, without which Node loads drizzle-orm for most of a second.
  const { openDatabase } = await import("./database.ts");
  const { openMessageLog } = await import("../drizzle/message_log.ts");
  const database = await openDatabase(path, { logger });
  // Also when nobody asks for anything: what is in a deleted file ends with the process.
  const attending = setInterval(() => database.attend(), attendMs);
  let unlogged: ReadonlySet<MessageEventKind> = new Set();
  let writer: LogWriter | undefined;
  let indexer: LogIndexer | undefined;
  return {
    ready: null,
    connect: (port) =>
      serveDatabase(port, {
        async follow(spoolPort) {
          const log = openMessageLog(database);
          writer = new LogWriter({
            history: spoolOverPort(spoolPort),
            log,
            clock: systemClock,
            logger,
            unlogged: () => unlogged,
          });
          writer.start();
          indexer = new LogIndexer({ log, clock: systemClock, logger });
          indexer.start();
        },
        query: (query) => database.query(query),
        batch: (queries) => database.batch(queries),
        logState: async () => writer?.state ?? idle,
        caughtUp: async (timeoutMs) => (await writer?.caughtUp(timeoutMs)) ?? false,
        logGrown: async (rows, signal) => (await writer?.grown(rows, signal)) ?? 0,
        async setUnlogged(kinds) {
          unlogged = new Set(kinds);
        },
      }),
    async stop() {
      clearInterval(attending);
      await writer?.stop();
      await indexer?.stop();
      database.close();
    },
  };
});
