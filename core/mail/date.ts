/** Dates as mail writes them. */

/** Formats a time as RFC 5322 section 3.3 has it, in UTC: `Sun, 22 Nov 2026 11:00:00 +0000`. */
export function formatDate(timeMs: number): string {
  // toUTCString has that very form but for the obsolete zone name at its end.
  return new Date(timeMs).toUTCString().replace("GMT", "+0000");
}
