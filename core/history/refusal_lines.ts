/** Log lines about strangers who were turned away: as bounded as their rows, and what is left out is counted. */
import type { LogFacts, Logger } from "../capabilities.ts";
import { RefusalBounds } from "./refusal_bounds.ts";

/** See the file's first line. */
export class RefusalLines {
  readonly #logger: Logger;
  readonly #nowMs: () => number;
  readonly #bounds: RefusalBounds;
  readonly #counts = new Map<string, number>();

  constructor(logger: Logger, nowMs: () => number) {
    this.#logger = logger;
    this.#nowMs = nowMs;
    this.#bounds = new RefusalBounds((count) => {
      const message = `${count} more refusals of the last minute have no line here.`;
      logger.warn("log.refusals_left_out", message, { count });
    });
  }

  /** How often each event was told since the start, lines that were left out included. */
  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }

  /** Writes a warning, unless there were too many of this event about this address, or altogether, within the minute. */
  warn(event: string, message: string, facts: LogFacts & { readonly address: string }): void {
    this.#counts.set(event, (this.#counts.get(event) ?? 0) + 1);
    if (this.#bounds.admit(`${event} ${facts.address}`, this.#nowMs())) this.#logger.warn(event, message, facts);
  }
}
