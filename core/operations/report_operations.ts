/** Reports: what happened, by steps of local time and by relay. */
import { z } from "zod";
import { type ConfigViolation, DispatchError } from "../error/mod.ts";
import { makeReport, type ReportRequest, type ReportRow, reportSpan, reportSteps } from "../report/report.ts";
import { formatLocal, TimeZone } from "../report/time_zone.ts";
import { moment, type WrittenMoment } from "./input.ts";
import { defineOperation } from "./operation.ts";

const dayMs = 86_400_000;
/** How far back a report goes that names no beginning. */
const usualDays = 30;
/** Longest spans, which bound the lines of a report; there are few months in any. */
const longestDays = { hour: 100, day: 3700, month: Number.POSITIVE_INFINITY } as const;

const words = [...reportSteps, "relay", "event"] as const;
const byRule = `must be one or more of ${words.join(", ")}, with commas between, and one of ${reportSteps.join(", ")} at most`;

/** What lines are for, besides the event: `day,relay`. */
const by = z
  .string({ error: byRule })
  .max(64, { error: byRule })
  .meta({ examples: ["day", "month,relay"] })
  .transform((value, refinement) => {
    const named = new Set(value.split(",").map((word) => word.trim()));
    const steps = reportSteps.filter((step) => named.has(step));
    const areKnown = [...named].every((word) => words.some((known) => known === word));
    if (areKnown && steps.length <= 1) return { step: steps[0] ?? null, byRelay: named.has("relay") };
    refinement.addIssue({ code: "custom", message: byRule });
    return z.NEVER;
  });

const zoneRule = "must be a time zone such as UTC or Europe/Vienna";

const timeZone = z
  .string({ error: zoneRule })
  .meta({ examples: ["Europe/Vienna"] })
  .transform((value, refinement) => {
    const zone = TimeZone.find(value);
    if (zone !== null) return zone;
    refinement.addIssue({ code: "custom", message: zoneRule });
    return z.NEVER;
  });

/** A report, and what it is about. */
export interface ReportDocument {
  /** ISO 8601 in local time with its offset, at a quarter of an hour. */
  readonly from: string;
  /** Not included. */
  readonly to: string;
  readonly timeZone: string;
  readonly rows: readonly ReportRow[];
}

const reportShow = defineOperation({
  name: "report.show",
  summary: "Count what happened, by hour, day, month or relay",
  input: z.strictObject({
    fromTime: moment.exactOptional(),
    toTime: moment.exactOptional(),
    by: by.prefault("day"),
    timeZone: timeZone.prefault("UTC"),
  }),
  async run(context, { fromTime, toTime, by: { step, byRelay }, timeZone: zone }): Promise<ReportDocument> {
    const toMs = toTime === undefined ? context.clock.nowMs() : instantOf(toTime, zone);
    const fromMs = fromTime === undefined ? usualStart(toMs, zone) : instantOf(fromTime, zone);
    const span = reportSpan({ fromMs: Math.max(0, fromMs), toMs });
    refuseUnlessFitting(span, step);
    await context.caughtUp();
    const rows = await makeReport(context.counters, { ...span, step, byRelay, zone });
    const show = (timeMs: number) => formatLocal(timeMs, zone.offsetMs(timeMs));
    return { from: show(span.fromMs), to: show(span.toMs), timeZone: zone.name, rows };
  },
  audit: null,
});

/** The operations on reports. */
export const reportOperations = [reportShow] as const;

/** What names no zone is in that of the report. */
function instantOf({ timeMs, hasZone }: WrittenMoment, zone: TimeZone): number {
  return hasZone ? timeMs : zone.instantMs(timeMs);
}

/** Midnight, so that the first day is whole. */
function usualStart(toMs: number, zone: TimeZone): number {
  const localMs = zone.localMs(toMs) - usualDays * dayMs;
  return zone.instantMs(Math.floor(localMs / dayMs) * dayMs);
}

function refuseUnlessFitting(
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  step: ReportRequest["step"],
): void {
  const days = step === null ? Number.POSITIVE_INFINITY : longestDays[step];
  if (fromMs >= toMs) refuseStart(fromMs, "must lie before the end of the report");
  if (toMs - fromMs > days * dayMs)
    refuseStart(fromMs, `must lie within ${days} days of the end of a report by ${step}`);
}

function refuseStart(fromMs: number, rule: string): never {
  const violation: ConfigViolation = { key: "fromTime", value: new Date(fromMs).toISOString(), rule };
  throw new DispatchError("input_invalid", { operation: reportShow.name, violations: [violation] });
}
