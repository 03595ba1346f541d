/** How much of a certificate's lifetime is left, and what follows from that. Pure. */
import type { ChainLink } from "./facts.ts";

const DAY_MS = 86_400_000;

/** The validity of a certificate. */
export type Validity = Pick<ChainLink, "notBefore" | "notAfter">;

/** A warning about the end of a certificate. */
export interface ExpiryWarning {
  /** At most one third of the lifetime left; at most one tenth; nothing. */
  readonly code: "expires_soon" | "expires_very_soon" | "expired";
  /** One sentence for the operator. */
  readonly message: string;
}

/** Returns the whole days until a certificate expires, rounded down: `0` on its last day, negative afterwards. */
export function daysLeft({ notAfter }: Validity, nowMs: number): number {
  return Math.floor((Date.parse(notAfter) - nowMs) / DAY_MS);
}

/**
 * Tells whether a certificate that renews itself is due for it: when less than one tenth of its lifetime is left.
 *
 * That is the moment of the last warning: operators who pinned the certificate have had all that time to see the first
 * one, and a tenth of 397 days leaves clients that lag behind, or a service that was switched off, more than a month.
 */
export function isRenewalDue(validity: Validity, nowMs: number): boolean {
  return lifetimeLeft(validity, nowMs) < 1 / 10;
}

/** Returns the warning about the end of a certificate that applies now, or `null`. */
export function expiryWarning(validity: Validity, nowMs: number): ExpiryWarning | null {
  const left = lifetimeLeft(validity, nowMs);
  if (left > 1 / 3) return null;
  const day = validity.notAfter.slice(0, 10);
  if (left <= 0) return { code: "expired", message: `The certificate expired on ${day}.` };
  const message = `The certificate expires on ${day}, in ${formatDays(daysLeft(validity, nowMs))}.`;
  return { code: left > 1 / 10 ? "expires_soon" : "expires_very_soon", message };
}

/** The part of the lifetime that is left: 1 at its start, 0 or less after its end. */
function lifetimeLeft({ notBefore, notAfter }: Validity, nowMs: number): number {
  const endMs = Date.parse(notAfter);
  return (endMs - nowMs) / (endMs - Date.parse(notBefore));
}

/** Whole days in words, for after "in": `less than a day`, `1 day`, `20 days`. */
export function formatDays(days: number): string {
  if (days === 0) return "less than a day";
  return days === 1 ? "1 day" : `${days} days`;
}
