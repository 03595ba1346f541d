/** The record of one purge: when it ran, why, what it removed, and how it ended. */
import type { PurgeTargetName } from "./purge_targets.ts";

/** A purge. */
export interface PurgeRun {
  /** `prg_` + 32 hex digits of a UUIDv7. */
  readonly id: string;
  readonly cause: "schedule" | "request";
  readonly startedAtMs: number;
  /** `null` while it runs, and where the service died in it. */
  readonly endedAtMs: number | null;
  /**
   * `stopped`: the service was stopped in it, and the next one goes on. `failed`: `problem` says what was left.
   * `postponed`: nothing was removed, `problem` says why.
   */
  readonly state: "running" | "done" | "failed" | "stopped" | "postponed";
  /** How much of each kind; what is kept for ever is absent. */
  readonly removed: Readonly<Partial<Record<PurgeTargetName, number>>>;
  /** One sentence. */
  readonly problem: string | null;
}

/** Where the records are stored. */
export interface PurgeRunStore {
  /** The last `limit` runs, the last begun first. */
  list(limit: number): Promise<readonly PurgeRun[]>;
  /** Adds a run, or replaces the record of one. */
  put(run: PurgeRun): Promise<void>;
  /** Deletes all records but the `newest` last ones. */
  keep(newest: number): Promise<void>;
}
