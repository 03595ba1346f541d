/** The durable queue. */
export type {
  ClaimedMessage,
  IdempotencyClaim,
  NewSpoolMessage,
  SpoolContent,
  SpoolEntry,
  SpoolRecipient,
  SpoolState,
} from "./entry.ts";
export { describingFailures, inspectSpoolFile, openSpoolFile } from "./open_spool.ts";
export type {
  AppendResult,
  HistoryBatch,
  LaneRooms,
  Settlement,
  Spool,
  SpoolCounts,
  SpoolFilter,
  SpoolPurge,
  SpoolPurged,
} from "./spool.ts";
export { SqliteSpool, type SqliteSpoolOptions } from "./sqlite_spool.ts";
