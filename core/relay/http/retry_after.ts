/** When a provider wants to be asked again: the header `Retry-After` (RFC 9110 section 10.2.3). */

/** Longest pause that is believed: a day, in seconds. */
const longestSeconds = 86_400;

/** The three forms of an HTTP date (RFC 9110 section 5.6.7): that in use, and the two that are obsolete. */
const dateForms = [
  /^[A-Z][a-z]{2}, (?<day>\d{2}) (?<month>[A-Z][a-z]{2}) (?<year>\d{4}) (?<time>\d{2}:\d{2}:\d{2}) GMT$/,
  /^[A-Z][a-z]{5,8}, (?<day>\d{2})-(?<month>[A-Z][a-z]{2})-(?<year>\d{2}) (?<time>\d{2}:\d{2}:\d{2}) GMT$/,
  /^[A-Z][a-z]{2} (?<month>[A-Z][a-z]{2}) (?<day>[ \d]\d) (?<time>\d{2}:\d{2}:\d{2}) (?<year>\d{4})$/,
];

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Seconds from now, 0 to 86,400, whether the header names a span or a date; `null` where it says neither. */
export function readRetryAfter(headers: Headers, nowMs: number): number | null {
  const value = headers.get("retry-after")?.trim() ?? "";
  const seconds = /^\d+$/.test(value) ? Number(value) : (readHttpDate(value, nowMs) - nowMs) / 1000;
  return Number.isNaN(seconds) ? null : Math.min(Math.max(Math.ceil(seconds), 0), longestSeconds);
}

/** Milliseconds since 1970, or `NaN`. */
function readHttpDate(text: string, nowMs: number): number {
  const parts = dateForms.map((form) => form.exec(text)?.groups).find((groups) => groups !== undefined);
  if (parts === undefined) return Number.NaN;
  const { day = "", month = "", year = "", time = "" } = parts;
  const [hours, minutes, seconds] = time.split(":").map(Number);
  return Date.UTC(wholeYear(year, nowMs), indexOfMonth(month), Number(day), hours, minutes, seconds);
}

/** A year of two digits is one of the last fifty or the next fifty. */
function wholeYear(year: string, nowMs: number): number {
  if (year.length === 4) return Number(year);
  const earliest = new Date(nowMs).getUTCFullYear() - 49;
  return earliest + ((Number(year) - (earliest % 100) + 100) % 100);
}

function indexOfMonth(name: string): number {
  const index = months.indexOf(name);
  return index === -1 ? Number.NaN : index;
}
