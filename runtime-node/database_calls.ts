/** The database across threads: what the main thread asks of the one that owns `dispatch.db`. */
import type { MessagePort, Transferable } from "node:worker_threads";
import type { LogWriter, LogWriterState } from "../core/history/log_writer.ts";
import type { MessageEventKind } from "../core/history/message_event.ts";
import type { DatabaseDriver } from "../drizzle/driver.ts";
import { callsOver, serveCalls } from "./port_calls.ts";

/** The database's thread, as the main thread sees it. */
export interface DatabaseCalls extends DatabaseDriver {
  /** From now on takes the events of the spool, which the other end of `port` serves, into the message log. Once. */
  follow(port: MessagePort): Promise<void>;
  /** Whether events reach the message log, and if not, why. */
  logState(): Promise<LogWriterState>;
  /** Resolves to `true` once the log holds what the spool knew at the time of the call, to `false` after `timeoutMs`. */
  caughtUp(timeoutMs: number): Promise<boolean>;
  /** As {@link LogWriter.grown}. */
  logGrown(rows: number, signal: AbortSignal): Promise<number>;
  /** The kinds of events that leave no row in the message log from now on. */
  setUnlogged(kinds: readonly MessageEventKind[]): Promise<void>;
}

const methods = [
  "follow",
  "query",
  "batch",
  "logState",
  "caughtUp",
  "logGrown",
  "setUnlogged",
] as const satisfies readonly (keyof DatabaseCalls)[];

/** Serves `calls` to the other end of `port`. */
export function serveDatabase(port: MessagePort, calls: DatabaseCalls): void {
  serveCalls<DatabaseCalls>(port, calls, methods);
}

/** The database that the other end of `port` serves. */
export function databaseOverPort(port: MessagePort): DatabaseCalls {
  return callsOver<DatabaseCalls>(port, methods, (method, parameters) =>
    method === "follow" ? (parameters as readonly Transferable[]) : [],
  );
}
