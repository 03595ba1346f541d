/** Starts the thread that owns the spool. */
import { type MessagePort, Worker } from "node:worker_threads";
import type { Logger } from "../core/capabilities.ts";
import type { SpoolThreadData } from "./spool_thread.ts";
import { superviseThread } from "./thread.ts";

/** A running spool thread. */
export interface SpoolThread {
  /** A port whose other end serves the spool. */
  connect(): MessagePort;
  /** Finishes what is under way and ends. */
  stop(): Promise<void>;
}

/** Starts the thread. @throws {DispatchError} `spool_damaged`, `database_foreign`, `database_newer`, `database_unusable` */
export function startSpoolThread(
  data: SpoolThreadData,
  logger: Logger,
  onDeath: (error: unknown) => void,
): Promise<SpoolThread> {
  const worker = new Worker(new URL("./spool_thread.ts", import.meta.url), { workerData: data });
  return superviseThread(worker, logger, onDeath);
}
