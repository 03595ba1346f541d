/** One purge: removes what has grown too old, a little at a time. */
import type { Clock } from "../capabilities.ts";
import { isDispatchError } from "../error/mod.ts";
import type { Persistence } from "../history/persistence.ts";
import type { PurgeSettings } from "./purge_schedule.ts";
import {
  type PurgeSources,
  type PurgeStep,
  type PurgeTargetName,
  purgeTargetNames,
  purgeTargets,
} from "./purge_targets.ts";

const dayMs = 86_400_000;
/** Pause after a step, in which mail and searches have their turn. */
const pauseMs = 50;

/** What a purge has done so far. */
export interface PurgeProgress {
  readonly removed: Readonly<Partial<Record<PurgeTargetName, number>>>;
  /** What could not be removed and why, a sentence for each kind. */
  readonly problems: readonly string[];
}

/** What {@link purge} works on. */
export interface PurgeOptions {
  readonly sources: PurgeSources;
  readonly settings: PurgeSettings;
  readonly clock: Clock;
  /** Waits as long as the database is away; stopping it ends the purge after the step that is under way. */
  readonly persistence: Persistence;
  /** Is told after each kind. */
  readonly onProgress: (progress: PurgeProgress) => Promise<void>;
}

/** Removes what is too old by `settings`; what is too old is decided once, at the beginning. */
export async function purge(options: PurgeOptions): Promise<PurgeProgress> {
  const { settings, clock, persistence, onProgress } = options;
  const nowMs = clock.nowMs();
  let progress: PurgeProgress = { removed: {}, problems: [] };
  for (const name of purgeTargetNames) {
    const days = settings[purgeTargets[name].setting];
    if (days === 0 || persistence.signal.aborted) continue;
    const { removed, problem } = await purgeTarget(name, { beforeMs: nowMs - days * dayMs, days }, options);
    progress = {
      removed: { ...progress.removed, [name]: removed },
      problems: problem === null ? progress.problems : [...progress.problems, `${name}: ${problem}`],
    };
    await onProgress(progress);
  }
  return progress;
}

async function purgeTarget(
  name: PurgeTargetName,
  age: { readonly beforeMs: number; readonly days: number },
  { sources, persistence }: PurgeOptions,
): Promise<{ readonly removed: number; readonly problem: string | null }> {
  const step = purgeTargets[name].open(sources, age);
  let removed = 0;
  for (; !persistence.signal.aborted; await persistence.pause(pauseMs)) {
    const outcome = await persistence.persist(() => attempt(step));
    if (outcome === null) break;
    if ("problem" in outcome.value) return { removed, problem: outcome.value.problem };
    removed += outcome.value.removed;
    if (outcome.value.isLast) break;
  }
  return { removed, problem: null };
}

/** A step, or why it can't be done. @throws when it can be done later */
async function attempt(step: () => Promise<PurgeStep>): Promise<PurgeStep | { readonly problem: string }> {
  try {
    return await step();
  } catch (error) {
    if (isDispatchError(error, "database_unusable")) throw error;
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}
