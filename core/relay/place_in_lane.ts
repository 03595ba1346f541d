/** Where a message waits for its next attempt, so that mail for one relay is not in the way of the rest. */
import type { Settlement } from "../spool/mod.ts";
import type { Consignment } from "./consignment.ts";
import type { Relay } from "./relay.ts";
import type { RoutePlan } from "./route_plan.ts";
import { earliestDueAtMs } from "./settle_attempt.ts";

/** Pause before a message that waits for several things is looked at again: no one lane is the right one for it. */
const pauseMs = 15_000;

/** What {@link placeInLane} goes by. */
export interface PlaceOptions {
  readonly plan: RoutePlan;
  readonly nowMs: number;
  /** Whether mail for that relay had better wait apart. */
  readonly isApart: (relay: Relay) => boolean;
}

/**
 * `settlement` with the lane in which the message waits: that of the one relay that it waits for, where mail for it waits
 * apart. Recipients whose relay has no room, beside others that wait for something else, are looked at again after a pause.
 */
export function placeInLane(settlement: Settlement, consignment: Consignment, options: PlaceOptions): Settlement {
  const { recipients, dueAtMs } = settlement;
  if (dueAtMs === undefined || consignment.isReturned) return settlement;
  const { entry, withheld } = consignment;
  const waiting = recipients.filter(({ state }) => state === "pending");
  const [relay, ...others] = options.plan.relaysOf(entry.sender, waiting, Math.max(dueAtMs, options.nowMs));
  if (relay !== undefined && relay !== null && others.length === 0) {
    return options.isApart(relay) ? { ...settlement, lane: options.plan.laneOf(relay) } : settlement;
  }
  const paused = recipients.map((recipient) =>
    recipient.state === "pending" && withheld.has(recipient.address)
      ? { ...recipient, dueAtMs: options.nowMs + pauseMs }
      : recipient,
  );
  return { ...settlement, recipients: paused, dueAtMs: earliestDueAtMs(paused, entry) };
}
