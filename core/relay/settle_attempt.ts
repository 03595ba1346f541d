/** What becomes of a message after an attempt: its recipients' new states, the next step, the rows of the log. */
import { describeEvent } from "../history/describe_event.ts";
import type { MessageEvent, MessageEventKind } from "../history/message_event.ts";
import type { Settlement, SpoolEntry, SpoolRecipient } from "../spool/mod.ts";
import { nextRetryDelayMs, type RetrySettings } from "../spool/retry_schedule.ts";
import { localProvider } from "./local_transport.ts";
import type { DeliveryOutcome, DeliveryReport } from "./outcome.ts";
import type { Relay } from "./relay.ts";

/** One group of recipients that was attempted over one relay; the report tells who they are. */
export interface RouteAttempt {
  readonly relay: Relay | null;
  readonly rule: string | null;
  /** Whether the relay has taken over from another, so that attempts are counted anew. Default: `false`. */
  readonly isFallback?: boolean;
  readonly report: DeliveryReport;
  readonly durationMs: number;
}

/** What {@link settleAttempt} needs beside the attempt. */
export interface SettleOptions {
  readonly retry: RetrySettings;
  readonly nowMs: number;
  /** From 0 to 1, 1 excluded. */
  readonly random: number;
  readonly createEventId: () => string;
  /** When a fallback takes over who has failed over `relay` since then; `null` is never. Default: never. */
  readonly takeoverAtMs?: (relay: Relay, failingSinceMs: number) => number | null;
}

/** What a recipient met, and where. */
interface Met {
  readonly attempt: RouteAttempt;
  readonly outcome: DeliveryOutcome;
}

/** The settlement of `entry` after an attempt for each of some routes; who was not attempted goes on waiting. */
export function settleAttempt(
  entry: SpoolEntry,
  attempts: readonly RouteAttempt[],
  options: SettleOptions,
): Settlement {
  const met = indexOutcomes(attempts);
  const recipients = entry.recipients.map((recipient) => {
    if (recipient.state !== "pending") return recipient;
    const own = met.get(recipient.address);
    if (own !== undefined) return applyOutcome(recipient, entry, own, options);
    // The message's count is that of others from now on.
    return { ...recipient, attempts: recipient.attempts ?? entry.attempts };
  });
  const attempted = Math.max(0, ...recipients.map((recipient) => recipient.attempts ?? 0));
  const next = nextStep(recipients, attempted);
  const isWaiting = next === "retrying" || next === "queued";
  return {
    id: entry.id,
    next,
    recipients,
    attempts: attempted,
    ...(isWaiting ? { dueAtMs: earliestDueAtMs(recipients, entry) } : {}),
    lastError: lastErrorOf(attempts) ?? (next === "done" || next === "captured" ? null : entry.lastError),
    events: attempts.flatMap((attempt) => eventsOf(entry, attempt, met, recipients, options)),
  };
}

function indexOutcomes(attempts: readonly RouteAttempt[]): ReadonlyMap<string, Met> {
  const met = new Map<string, Met>();
  for (const attempt of attempts) {
    for (const outcome of attempt.report.outcomes) met.set(outcome.address, { attempt, outcome });
  }
  return met;
}

/** When the next of `recipients` is due. */
export function earliestDueAtMs(recipients: readonly SpoolRecipient[], entry: Pick<SpoolEntry, "dueAtMs">): number {
  const waiting = recipients.filter(({ state }) => state === "pending");
  return Math.min(...waiting.map(({ dueAtMs }) => dueAtMs ?? entry.dueAtMs));
}

function applyOutcome(
  recipient: SpoolRecipient,
  entry: SpoolEntry,
  { attempt, outcome }: Met,
  options: SettleOptions,
): SpoolRecipient {
  const { relay, report, isFallback = false } = attempt;
  const isNewThere = isFallback && recipient.fallback !== relay?.name;
  const attempts = isNewThere ? 1 : (recipient.attempts ?? entry.attempts) + 1;
  const tried: SpoolRecipient = {
    address: recipient.address,
    kind: recipient.kind,
    ...(recipient.dsn === undefined ? {} : { dsn: recipient.dsn }),
    state: stateAfter(outcome, relay),
    ...(relay === null ? {} : { relay: relay.name }),
    response: outcome.response,
    attempts,
    ...(isFallback && relay !== null ? { fallback: relay.name } : {}),
  };
  if (tried.state !== "pending") return tried;
  const failingSinceMs = (isNewThere ? undefined : recipient.failingSinceMs) ?? options.nowMs;
  const takeoverAtMs = relay === null || isFallback ? null : (options.takeoverAtMs?.(relay, failingSinceMs) ?? null);
  const retryMs = nextRetryDelayMs(attempts, options.retry, options.random, report.retryAfterSeconds);
  const dueAtMs = nextDueAtMs(options.nowMs, retryMs, takeoverAtMs);
  return dueAtMs === null ? { ...tried, state: "failed" } : { ...tried, dueAtMs, failingSinceMs };
}

function stateAfter({ result }: DeliveryOutcome, relay: Relay | null): SpoolRecipient["state"] {
  if (result === "delivered") return relay?.provider === localProvider ? "captured" : "delivered";
  return result === "permanent" ? "failed" : "pending";
}

/** The next retry, or the hour of the fallback when that is sooner, or when there is no retry left. */
function nextDueAtMs(nowMs: number, retryMs: number | null, takeoverAtMs: number | null): number | null {
  const fallbackAtMs = takeoverAtMs === null ? null : Math.max(nowMs, takeoverAtMs);
  if (retryMs === null) return fallbackAtMs;
  return Math.min(nowMs + retryMs, fallbackAtMs ?? Number.POSITIVE_INFINITY);
}

function nextStep(recipients: readonly SpoolRecipient[], attempted: number): Settlement["next"] {
  const isSome = (wanted: SpoolRecipient["state"]) => recipients.some(({ state }) => state === wanted);
  if (isSome("pending")) return attempted === 0 ? "queued" : "retrying";
  if (isSome("failed")) return "failed";
  return isSome("captured") ? "captured" : "done";
}

function lastErrorOf(attempts: readonly RouteAttempt[]): string | null {
  for (const { report } of attempts.toReversed()) {
    const error = report.outcomes.findLast(({ result }) => result !== "delivered");
    if (error !== undefined) return error.response;
  }
  return null;
}

const eventOfState: Readonly<Record<SpoolRecipient["state"], MessageEventKind>> = {
  pending: "retrying",
  delivered: "delivered",
  captured: "captured",
  failed: "failed",
};

/** One row for each kind of outcome on this route, about the recipients that it befell. */
function eventsOf(
  entry: SpoolEntry,
  attempt: RouteAttempt,
  met: ReadonlyMap<string, Met>,
  recipients: readonly SpoolRecipient[],
  options: SettleOptions,
): MessageEvent[] {
  const { relay, rule, report, durationMs } = attempt;
  const groups = new Map<MessageEventKind, SpoolRecipient[]>();
  for (const [index, recipient] of recipients.entries()) {
    if (entry.recipients[index]?.state !== "pending" || met.get(recipient.address)?.attempt !== attempt) continue;
    const kind = eventOfState[recipient.state];
    const group = groups.get(kind);
    if (group === undefined) groups.set(kind, [recipient]);
    else group.push(recipient);
  }
  return [...groups].map(([kind, group]) => {
    const response = group.at(-1)?.response ?? null;
    const isError = kind === "retrying" || kind === "failed";
    return describeEvent(kind, entry, options.createEventId(), options.nowMs, {
      recipients: group,
      attempt: Math.max(...group.map(({ attempts }) => attempts ?? 0)),
      relay: relay?.name ?? null,
      provider: relay?.provider ?? null,
      rule,
      providerMessageId: report.providerMessageId,
      response: isError ? null : response,
      error: isError ? response : null,
      omitted: report.omitted ?? [],
      durationMs,
    });
  });
}
