/** What becomes of a message after an attempt: its recipients' new states, the next step, the rows of the log. */
import { describeEvent } from "../history/describe_event.ts";
import type { MessageEvent, MessageEventKind } from "../history/message_event.ts";
import type { Settlement, SpoolEntry, SpoolRecipient } from "../spool/mod.ts";
import { nextRetryDelayMs, type RetrySettings } from "../spool/retry_schedule.ts";
import { localProvider } from "./local_transport.ts";
import type { DeliveryOutcome, DeliveryReport } from "./outcome.ts";
import type { Relay } from "./relay.ts";

/** One group of recipients that was attempted over one relay. */
export interface RouteAttempt {
  readonly relay: Relay | null;
  readonly rule: string | null;
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
}

/** The settlement of `entry` after one attempt for each of its routes. */
export function settleAttempt(
  entry: SpoolEntry,
  attempts: readonly RouteAttempt[],
  options: SettleOptions,
): Settlement {
  const attempt = entry.attempts + 1;
  const retryAfterSeconds = Math.max(0, ...attempts.map(({ report }) => report.retryAfterSeconds ?? 0));
  const delayMs = nextRetryDelayMs(attempt, options.retry, options.random, retryAfterSeconds);
  const isLast = delayMs === null;
  const recipients = entry.recipients.map((recipient) => applyOutcome(recipient, attempts, isLast));
  const next = nextStep(recipients, attempts);
  return {
    id: entry.id,
    next,
    recipients,
    attempts: attempt,
    ...(next === "retrying" && delayMs !== null ? { dueAtMs: options.nowMs + delayMs } : {}),
    lastError: lastErrorOf(attempts) ?? (next === "done" || next === "captured" ? null : entry.lastError),
    events: attempts.flatMap((route) => eventsOf(entry, route, attempt, isLast, options)),
  };
}

function applyOutcome(recipient: SpoolRecipient, attempts: readonly RouteAttempt[], isLast: boolean): SpoolRecipient {
  if (recipient.state !== "pending") return recipient;
  for (const { relay, report } of attempts) {
    const outcome = report.outcomes.find(({ address }) => address === recipient.address);
    if (outcome === undefined) continue;
    return {
      address: recipient.address,
      kind: recipient.kind,
      state: stateAfter(outcome, isLast),
      ...(relay === null ? {} : { relay: relay.name }),
      response: outcome.response,
    };
  }
  // Nothing was said about it: that is temporary, like all that is unknown, and ends with the last attempt too.
  return isLast ? { ...recipient, state: "failed" } : recipient;
}

function stateAfter({ result }: DeliveryOutcome, isLast: boolean): SpoolRecipient["state"] {
  if (result === "delivered") return "delivered";
  return result === "permanent" || isLast ? "failed" : "pending";
}

function nextStep(recipients: readonly SpoolRecipient[], attempts: readonly RouteAttempt[]): Settlement["next"] {
  if (recipients.some(({ state }) => state === "pending")) return "retrying";
  if (recipients.some(({ state }) => state === "failed")) return "failed";
  return attempts.some(({ relay }) => relay?.provider === localProvider) ? "captured" : "done";
}

function lastErrorOf(attempts: readonly RouteAttempt[]): string | null {
  const errors = attempts.flatMap(({ report }) => report.outcomes).filter(({ result }) => result !== "delivered");
  return errors.at(-1)?.response ?? null;
}

/** One row for each kind of outcome on this route, about the recipients that it befell. */
function eventsOf(
  entry: SpoolEntry,
  { relay, rule, report, durationMs }: RouteAttempt,
  attempt: number,
  isLast: boolean,
  options: SettleOptions,
): MessageEvent[] {
  const groups = new Map<MessageEventKind, DeliveryOutcome[]>();
  for (const outcome of report.outcomes) {
    const kind = eventKind(outcome, relay, isLast);
    groups.set(kind, [...(groups.get(kind) ?? []), outcome]);
  }
  return [...groups].map(([kind, outcomes]) => {
    const addresses = new Set(outcomes.map(({ address }) => address));
    const response = outcomes.at(-1)?.response ?? null;
    const isError = kind === "retrying" || kind === "failed";
    return describeEvent(kind, entry, options.createEventId(), options.nowMs, {
      recipients: entry.recipients.filter(({ address }) => addresses.has(address)),
      attempt,
      relay: relay?.name ?? null,
      provider: relay?.provider ?? null,
      rule,
      providerMessageId: report.providerMessageId,
      response: isError ? null : response,
      error: isError ? response : null,
      durationMs,
    });
  });
}

function eventKind({ result }: DeliveryOutcome, relay: Relay | null, isLast: boolean): MessageEventKind {
  if (result === "delivered") return relay?.provider === localProvider ? "captured" : "delivered";
  return result === "permanent" || isLast ? "failed" : "retrying";
}
