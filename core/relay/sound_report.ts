/** Reports of transports, made sound: a settlement rests on one outcome for each recipient that was asked for. */
import type { DeliveryOutcome, DeliveryReport } from "./outcome.ts";
import { singleLine } from "./single_line.ts";

/** A report that says the same about all `recipients`. */
export function sameForAll(
  recipients: readonly string[],
  result: DeliveryOutcome["result"],
  response: string,
): DeliveryReport {
  const line = singleLine(response);
  return {
    outcomes: recipients.map((address) => ({ address, result, response: line })),
    providerMessageId: null,
    retryAfterSeconds: null,
  };
}

/**
 * `report` with one outcome for each of `recipients`, in their order, and none for anyone else.
 *
 * Who is not mentioned has met a temporary failure, like all that is unknown. Who is mentioned more than once was
 * delivered to if one of the outcomes says so: to send again is worse than to believe it.
 */
export function soundReport(report: DeliveryReport, recipients: readonly string[]): DeliveryReport {
  const { outcomes, retryAfterSeconds } = report;
  const isExact =
    outcomes.length === recipients.length && outcomes.every(({ address }, index) => address === recipients[index]);
  const isTime = retryAfterSeconds === null || retryAfterSeconds >= 0;
  if (isExact && isTime) return report;
  const known = new Map<string, DeliveryOutcome>();
  for (const outcome of outcomes) {
    if (known.get(outcome.address)?.result !== "delivered") known.set(outcome.address, outcome);
  }
  return {
    ...report,
    outcomes: recipients.map((address) => known.get(address) ?? unmentioned(address)),
    retryAfterSeconds: isTime ? retryAfterSeconds : null,
  };
}

function unmentioned(address: string): DeliveryOutcome {
  return { address, result: "temporary", response: "The relay did not say what became of this recipient" };
}
