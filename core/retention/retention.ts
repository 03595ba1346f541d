/** Purges on schedule and on demand, one at a time, with a record of each. */
import type { Clock, Logger } from "../capabilities.ts";
import type { SettingsHolder } from "../config/settings_holder.ts";
import { DispatchError } from "../error/mod.ts";
import { Persistence } from "../history/persistence.ts";
import { Mutex } from "../lifecycle/mutex.ts";
import { type PurgeProgress, purge } from "./purge.ts";
import type { PurgeRun, PurgeRunStore } from "./purge_run.ts";
import { nextPurgeMs, purgeScheduleKeys, reasonToWait } from "./purge_schedule.ts";
import type { PurgeSources } from "./purge_targets.ts";

/** The first look at the schedule; a start has better things to do. */
const firstLookMs = 60_000;
/** Longest time between two looks, so that a clock that was set, or a host that slept, is noticed. */
const longestPauseMs = 3_600_000;
/** Records that are kept. */
const keptRuns = 500;

/** What a {@link Retention} works on. */
export interface RetentionOptions {
  readonly sources: PurgeSources;
  readonly runs: PurgeRunStore;
  readonly holder: SettingsHolder;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Makes `prg_…` ids. */
  readonly createId: () => string;
}

/** A purge that is under way. */
interface RunningPurge {
  /** As it is so far. */
  run: PurgeRun;
  readonly ended: Promise<PurgeRun>;
}

/**
 * Removes what is older than the settings say.
 *
 * A purge goes on when the database that was away is back. One that was cut short is followed by another soon after the
 * next start, and what it has removed is in its record.
 */
export class Retention {
  readonly #options: RetentionOptions;
  readonly #persistence: Persistence;
  #running: RunningPurge | null = null;
  readonly #looks = new Mutex();
  #cancelLook = () => {};
  #unsubscribe = () => {};

  constructor(options: RetentionOptions) {
    const { clock, logger } = options;
    this.#options = options;
    this.#persistence = new Persistence({
      clock,
      onSuspend: (reason, error) => logger.warn("purge.suspended", `The purge waits. ${reason}`, { error }),
      onResume: () => logger.info("purge.resumed", "The purge goes on."),
    });
  }

  /** Follows the schedule from now on. */
  start(): void {
    this.#unsubscribe = this.#options.holder.subscribe(purgeScheduleKeys, () => this.#lookAfter(0));
    this.#lookAfter(firstLookMs);
  }

  /** Ends after the step that is under way. */
  async stop(): Promise<void> {
    this.#unsubscribe();
    this.#cancelLook();
    this.#persistence.stop();
    await this.#running?.ended;
  }

  /**
   * Purges now, also where purges are switched off. Resolves to the record at the end; to the one so far when that takes
   * longer than `patienceMs`.
   *
   * @throws {DispatchError} `purge_running`
   */
  async runNow(patienceMs: number): Promise<PurgeRun> {
    if (this.#running !== null) {
      throw new DispatchError("purge_running", { startedAt: new Date(this.#running.run.startedAtMs).toISOString() });
    }
    const running = this.#begin("request");
    let cancel = () => {};
    const tooLong = new Promise<void>((resolve) => {
      cancel = this.#options.clock.after(patienceMs, resolve);
    });
    await Promise.race([running.ended, tooLong]);
    cancel();
    return running.run;
  }

  /** The last runs, the last begun first; one that seems to run, and does not, was cut short. */
  async list(limit: number): Promise<PurgeRun[]> {
    const runs = await this.#options.runs.list(limit);
    return runs.map((run) => {
      if (run.id === this.#running?.run.id) return this.#running.run;
      return run.state === "running" ? { ...run, state: "stopped" } : run;
    });
  }

  #lookAfter(delayMs: number): void {
    this.#cancelLook();
    if (this.#persistence.signal.aborted) return;
    this.#cancelLook = this.#options.clock.after(delayMs, () => void this.#looks.run(() => this.#look()));
  }

  /** Does what is due, and looks again when the next is. */
  async #look(): Promise<void> {
    const { clock, holder } = this.#options;
    await this.#running?.ended;
    const listed = await this.#persistence.persist(() => this.list(1));
    if (listed === null) return;
    const [last = null] = listed.value;
    const dueMs = nextPurgeMs(last, holder.current, clock.nowMs());
    if (dueMs === null) return;
    if (dueMs <= clock.nowMs()) await this.#runDue(last);
    const pauseMs = Math.max(0, dueMs - clock.nowMs());
    this.#lookAfter(Math.min(pauseMs, longestPauseMs));
  }

  async #runDue(last: PurgeRun | null): Promise<void> {
    const { clock, logger, holder, runs } = this.#options;
    // One that was asked for meanwhile does as well.
    if (this.#running !== null) return;
    const reason = reasonToWait(last, holder.current, clock.nowMs());
    if (reason === null) return void (await this.#begin("schedule").ended);
    logger.warn("purge.postponed", reason);
    const run = this.#newRun("schedule");
    await this.#persistence.persist(() =>
      runs.put({ ...run, state: "postponed", endedAtMs: run.startedAtMs, problem: reason }),
    );
  }

  #newRun(cause: PurgeRun["cause"]): PurgeRun {
    const { createId, clock } = this.#options;
    const startedAtMs = clock.nowMs();
    return { id: createId(), cause, startedAtMs, endedAtMs: null, state: "running", removed: {}, problem: null };
  }

  #begin(cause: PurgeRun["cause"]): RunningPurge {
    const { promise: ended, resolve } = Promise.withResolvers<PurgeRun>();
    const running: RunningPurge = { run: this.#newRun(cause), ended };
    this.#running = running;
    void this.#perform(running).then(resolve);
    return running;
  }

  async #perform(running: RunningPurge): Promise<PurgeRun> {
    const { sources, holder, clock, logger, runs } = this.#options;
    const persistence = this.#persistence;
    const note = async (change: Partial<PurgeRun>) => {
      running.run = { ...running.run, ...change };
      await persistence.persist(() => runs.put(running.run));
    };
    await note({});
    const settings = holder.current;
    const onProgress = ({ removed }: PurgeProgress) => note({ removed });
    const { removed, problems } = await purge({ sources, settings, clock, persistence, onProgress });
    const state = persistence.signal.aborted ? "stopped" : problems.length > 0 ? "failed" : "done";
    await note({ removed, state, endedAtMs: clock.nowMs(), problem: problems.join(" ") || null });
    await persistence.persist(() => runs.keep(keptRuns));
    tell(logger, running.run);
    this.#running = null;
    return running.run;
  }
}

function tell(logger: Logger, { state, removed, problem }: PurgeRun): void {
  const count = Object.values(removed).reduce((sum, number) => sum + number, 0);
  if (state === "failed") logger.error("purge.failed", `Not all that is too old could be removed. ${problem}`, removed);
  else if (count > 0) logger.info("purge.done", `${count} messages and rows that were too old were removed.`, removed);
}
