/** Reports: what happened in a span of time, by steps of local time and by relay, added up from the counters. */
import { type CounterSum, counterSpanMs, counterStartMs, type EventCounters } from "../history/event_counters.ts";
import type { MessageEventKind } from "../history/message_event.ts";
import { formatLocal, type OffsetSpan, type TimeZone } from "./time_zone.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** How long the steps of a report can be. */
export const reportSteps = ["hour", "day", "month"] as const;

/** What a report is asked for. */
export interface ReportRequest {
  readonly fromMs: number;
  /** Not included. */
  readonly toMs: number;
  /** `null`: the whole span in one. */
  readonly step: (typeof reportSteps)[number] | null;
  readonly byRelay: boolean;
  readonly zone: TimeZone;
}

/** One line of a report: how often an event happened in a step, and how many recipients and bytes it was about. */
export interface ReportRow {
  /** Where the step begins: ISO 8601 in local time with its offset; `null` where the whole span is one. */
  readonly time: string | null;
  /** `null`: none was chosen yet; or all together. */
  readonly relay: string | null;
  readonly event: MessageEventKind;
  readonly count: number;
  readonly recipients: number;
  readonly bytes: number;
}

/** The span that counters can tell of: theirs begin and end with a quarter of an hour. */
export function reportSpan({ fromMs, toMs }: Pick<ReportRequest, "fromMs" | "toMs">) {
  return { fromMs: counterStartMs(fromMs), toMs: counterStartMs(toMs + counterSpanMs - 1) };
}

/** The lines of a report, in the order of time, relay and event; what did not happen has none. */
export async function makeReport(counters: EventCounters, request: ReportRequest): Promise<ReportRow[]> {
  const { step, byRelay } = request;
  const lines = new Map<string, Line>();
  for (const part of await partsOf(counters, request)) {
    // Months differ in length: they are put together from their days.
    const stepMs = step === null ? null : step === "hour" ? hourMs : dayMs;
    for (const sum of await counters.sums({ ...part, byRelay, stepMs })) {
      const start = startOf(request, part, sum.step);
      const key = JSON.stringify([start.timeMs, sum.relay, sum.event]);
      const line = lines.get(key);
      lines.set(key, line === undefined ? { start, sum } : { start, sum: addUp(line.sum, sum) });
    }
  }
  return [...lines.values()].sort(inOrder).map((line) => rowOf(line, step));
}

interface Line {
  readonly start: StepStart;
  readonly sum: CounterSum;
}

/** Where a step begins, and how far local time is ahead of UTC then. */
interface StepStart {
  readonly timeMs: number;
  readonly offsetMs: number;
}

/** The parts of the span that have counters, each with one offset. */
async function partsOf(counters: EventCounters, { step, zone, ...asked }: ReportRequest): Promise<OffsetSpan[]> {
  const counted = await counters.span();
  if (counted === null) return [];
  const span = reportSpan(asked);
  const fromMs = Math.max(span.fromMs, counted.firstMs);
  const toMs = Math.min(span.toMs, counted.lastMs + counterSpanMs);
  if (step !== null) return zone.offsetSpans(fromMs, toMs);
  return fromMs < toMs ? [{ fromMs, toMs, offsetMs: 0 }] : [];
}

/** Where the step of that number begins, in a part of the span. */
function startOf({ step, zone }: ReportRequest, { offsetMs }: OffsetSpan, number: number): StepStart {
  if (step === null) return { timeMs: 0, offsetMs: 0 };
  // An hour that clocks show twice is two; a day in which they are changed is one.
  if (step === "hour") return { timeMs: number * hourMs - offsetMs, offsetMs };
  const day = new Date(number * dayMs);
  const timeMs = zone.instantMs(step === "day" ? day.getTime() : Date.UTC(day.getUTCFullYear(), day.getUTCMonth()));
  return { timeMs, offsetMs: zone.offsetMs(timeMs) };
}

function rowOf({ start, sum: { step: _, ...sum } }: Line, step: ReportRequest["step"]): ReportRow {
  return { time: step === null ? null : formatLocal(start.timeMs, start.offsetMs), ...sum };
}

function addUp(one: CounterSum, other: CounterSum): CounterSum {
  return {
    ...one,
    count: one.count + other.count,
    recipients: one.recipients + other.recipients,
    bytes: one.bytes + other.bytes,
  };
}

function inOrder(one: Line, other: Line): number {
  const byName = compare(one.sum.relay ?? "", other.sum.relay ?? "") || compare(one.sum.event, other.sum.event);
  return one.start.timeMs - other.start.timeMs || byName;
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
