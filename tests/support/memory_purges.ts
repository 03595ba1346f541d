/** Purges that remove nothing, and their records. */
import { DispatchError } from "../../core/error/mod.ts";
import type { PurgeRun } from "../../core/retention/purge_run.ts";
import type { Retention } from "../../core/retention/retention.ts";

export class MemoryPurges implements Pick<Retention, "runNow" | "list"> {
  readonly runs: PurgeRun[] = [];
  /** Whether one is under way that was begun before. */
  isRunning = false;

  async runNow(): Promise<PurgeRun> {
    if (this.isRunning) throw new DispatchError("purge_running", { startedAt: "2026-11-22T11:59:00.000Z" });
    const run = samplePurgeRun({ id: `prg_${this.runs.length + 1}` });
    this.runs.unshift(run);
    return run;
  }

  async list(limit: number): Promise<PurgeRun[]> {
    return this.runs.slice(0, limit);
  }
}

/** The record of a purge; what a test does not name is ordinary. */
export function samplePurgeRun(run: Partial<PurgeRun> = {}): PurgeRun {
  return {
    id: "prg_1",
    cause: "request",
    startedAtMs: Date.UTC(2026, 10, 22, 12),
    endedAtMs: Date.UTC(2026, 10, 22, 12, 1),
    state: "done",
    removed: { failedMessages: 2, audit: 0 },
    problem: null,
    ...run,
  };
}
