/** Time zones, as far as reports need them: what the runtime's `Intl` knows of a zone, asked for instants. */

const dayMs = 86_400_000;
/** Names as the IANA database has them. Offsets such as `+01:00` are no zones, and not every runtime takes them. */
const nameForm = /^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/;

/** A part of a span of time in which a zone is so far ahead of UTC. */
export interface OffsetSpan {
  readonly fromMs: number;
  /** Not included. */
  readonly toMs: number;
  readonly offsetMs: number;
}

/** A zone of the IANA database. */
export class TimeZone {
  readonly name: string;
  readonly #format: Intl.DateTimeFormat;

  private constructor(name: string, format: Intl.DateTimeFormat) {
    this.name = name;
    this.#format = format;
  }

  /** The zone of that name, such as `Europe/Vienna` or `UTC`, or `null`. */
  static find(name: string): TimeZone | null {
    if (!nameForm.test(name)) return null;
    const fields = { year: "numeric", month: "numeric", day: "numeric" } as const;
    const clock = { hour: "numeric", minute: "numeric", second: "numeric", hourCycle: "h23" } as const;
    try {
      const format = new Intl.DateTimeFormat("en-US", { timeZone: name, ...fields, ...clock });
      return new TimeZone(name, format);
    } catch (error) {
      if (error instanceof RangeError) return null;
      throw error;
    }
  }

  /** How far local time is ahead of UTC at `timeMs`, which is not before 1970. */
  offsetMs(timeMs: number): number {
    const secondMs = Math.floor(timeMs / 1000) * 1000;
    const parts = new Map(this.#format.formatToParts(secondMs).map(({ type, value }) => [type, value]));
    const field = (type: Intl.DateTimeFormatPartTypes) => Number(parts.get(type));
    return (
      Date.UTC(field("year"), field("month") - 1, field("day"), field("hour"), field("minute"), field("second")) -
      secondMs
    );
  }

  /** Local time at `timeMs`, as if it were UTC. */
  localMs(timeMs: number): number {
    return timeMs + this.offsetMs(timeMs);
  }

  /**
   * The instant at which clocks show `localMs`, which is as if it were UTC. Where they show it twice it is the first time; where
   * they never do, because they are put forward then, it is as long after that as if they had not been.
   */
  instantMs(localMs: number): number {
    const [before, after] = [localMs - this.offsetMs(localMs - dayMs), localMs - this.offsetMs(localMs + dayMs)];
    const shown = [before, after].filter((timeMs) => this.localMs(timeMs) === localMs);
    return shown.length > 0 ? Math.min(...shown) : before;
  }

  /** The parts of the span in which the offset is the same, in order; none where the span is empty. */
  offsetSpans(fromMs: number, toMs: number): OffsetSpan[] {
    const spans: OffsetSpan[] = [];
    let startMs = fromMs;
    while (startMs < toMs) {
      const offsetMs = this.offsetMs(startMs);
      const endMs = this.#endOf(offsetMs, startMs, toMs);
      spans.push({ fromMs: startMs, toMs: endMs, offsetMs });
      startMs = endMs;
    }
    return spans;
  }

  /** Where the offset changes first, looked for a day at a time, or `toMs`. No zone changes twice within a day. */
  #endOf(offsetMs: number, fromMs: number, toMs: number): number {
    let sameMs = fromMs;
    let otherMs = fromMs;
    while (this.offsetMs(otherMs) === offsetMs) {
      if (otherMs === toMs) return toMs;
      sameMs = otherMs;
      otherMs = Math.min(otherMs + dayMs, toMs);
    }
    while (otherMs - sameMs > 1) {
      const middleMs = Math.floor((sameMs + otherMs) / 2);
      if (this.offsetMs(middleMs) === offsetMs) sameMs = middleMs;
      else otherMs = middleMs;
    }
    return otherMs;
  }
}

/** `timeMs` as ISO 8601 in a local time so far ahead of UTC: `2026-11-22T00:00:00+01:00`; with `Z` where it is UTC. */
export function formatLocal(timeMs: number, offsetMs: number): string {
  const local = new Date(timeMs + offsetMs).toISOString().slice(0, 19);
  return `${local}${offsetMs === 0 ? "Z" : formatOffset(offsetMs)}`;
}

function formatOffset(offsetMs: number): string {
  const minutes = Math.round(Math.abs(offsetMs) / 60_000);
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60].map((number) => String(number).padStart(2, "0"));
  return `${offsetMs < 0 ? "-" : "+"}${hours}:${rest}`;
}
