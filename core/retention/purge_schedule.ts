/** When the next purge is due, and when it had better wait. Pure. */
import type { Settings } from "../config/settings.ts";
import type { PurgeRun } from "./purge_run.ts";
import { purgeTargetNames, purgeTargets } from "./purge_targets.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** The settings that {@link nextPurgeMs} depends on. */
export const purgeScheduleKeys = ["purge.enabled", "purge.schedule_interval_hours"] as const;

/** All settings of purges. */
export type PurgeSettings = Pick<
  Settings,
  (typeof purgeScheduleKeys)[number] | (typeof purgeTargets)[keyof typeof purgeTargets]["setting"]
>;

/**
 * When the next purge is due; `null` where purges are switched off.
 *
 * @param last the last run, whatever has caused it; `null` where there was none
 */
export function nextPurgeMs(last: PurgeRun | null, settings: PurgeSettings, nowMs: number): number | null {
  if (!settings["purge.enabled"]) return null;
  const wasCutShort = last?.state === "running" || last?.state === "stopped";
  // A run from the future was on a clock that has been set back since.
  if (last === null || wasCutShort || last.startedAtMs > nowMs) return nowMs;
  return last.startedAtMs + settings["purge.schedule_interval_hours"] * hourMs;
}

/**
 * Why a purge that is due by its schedule had better wait for one interval, in a sentence; `null` where there is no reason.
 *
 * A clock that jumped ahead by months makes everything old at once. Nobody can tell that from a service that was stopped
 * for months; but both are seen by an operator who has a few hours to look.
 */
export function reasonToWait(last: PurgeRun | null, settings: PurgeSettings, nowMs: number): string | null {
  if (last === null || last.state === "postponed") return null;
  const sinceMs = nowMs - last.startedAtMs;
  const intervalHours = settings["purge.schedule_interval_hours"];
  const kept = purgeTargetNames.map((name) => settings[purgeTargets[name].setting]).filter((days) => days > 0);
  const isAllOld = sinceMs > Math.min(...kept) * dayMs;
  if (!isAllOld || sinceMs <= 2 * intervalHours * hourMs) return null;
  const days = Math.floor(sinceMs / dayMs);
  return `By the clock the last purge was ${days} days ago: much would be removed at once. Nothing was; the next purge, ${intervalHours} hours later, will remove it.`;
}
