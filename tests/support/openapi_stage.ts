/** The ingestion app with what a service puts around it: the state of its messages, and its log. */

import { isDispatchError } from "../../core/error/mod.ts";
import type { MessageState } from "../../core/history/message_log.ts";
import { StatusReader } from "../../core/ingest/status_view.ts";
import type { NewSpoolMessage, SpoolEntry, SpoolState } from "../../core/spool/entry.ts";
import { streamLogger } from "../../runtime-node/stream_logger.ts";
import { IngestionHarness, nowMs } from "../web/ingestion_harness.ts";
import { sampleEntry } from "./memory_queue.ts";
import type { WrittenRequest } from "./openapi_request.ts";

/** The ingestion API, with the real reader of states over the messages that it has taken in. */
export class OpenapiStage {
  readonly api = new IngestionHarness();
  /** What the message log knows beside the spool. */
  readonly states: MessageState[] = [];

  constructor() {
    this.api.status = new StatusReader({
      spool: { find: async (id) => this.#entry(id), list: async ({ state }) => this.#entries(state) },
      log: {
        find: async (id) => this.states.find((state) => state.id === id) ?? null,
        states: async ({ limit }) => ({ rows: this.states.slice(0, limit), next: this.states[limit]?.id ?? null }),
      },
      caughtUp: async () => {},
    });
  }

  /** Sends the request as a client of the API key would. */
  send({ method, target, headers, body, breaksOff }: WrittenRequest): Promise<Response> {
    if (body === null) return this.api.fetch(target, { method, headers });
    const init = { method, headers, body: streamOf(body, breaksOff), duplex: "half" };
    return this.api.fetch(target, init);
  }

  /** The log lines of all refusals so far. */
  get logLines(): string[] {
    return refusalLines(this.api.refusals);
  }

  #entries(state: SpoolState | undefined): SpoolEntry[] {
    return this.api.messages.map(asEntry).filter((entry) => (state ?? entry.state) === entry.state);
  }

  #entry(id: string): SpoolEntry | null {
    const message = this.api.messages.find((stored) => stored.id === id);
    return message === undefined ? null : asEntry(message);
  }
}

/** Log lines of refused requests, as a service writes them: for people and as JSON. */
export function refusalLines(
  refusals: readonly { readonly error: unknown; readonly method: string; readonly path: string }[],
): string[] {
  const lines: string[] = [];
  for (const format of ["pretty", "json"] as const) {
    const logger = streamLogger({ level: "debug", format, write: (line) => lines.push(line), nowMs: () => nowMs });
    for (const { error, method, path } of refusals) {
      const message = error instanceof Error ? error.message : String(error);
      const remedy = isDispatchError(error) ? error.remedy : undefined;
      logger.debug("http.refused", `${message} ${remedy}`, { method, path });
    }
  }
  return lines;
}

function asEntry({ recipients, ...message }: NewSpoolMessage): SpoolEntry {
  return sampleEntry({
    ...message,
    recipients: recipients.map((recipient) => ({ ...recipient, state: "pending" })),
    dueAtMs: message.acceptedAtMs,
  });
}

/** A body that is longer would be too many chunks. */
const mostCutBytes = 4000;

/**
 * The body in chunks, then its end, or an error when the client goes away. A small one comes in chunks of one to sixteen
 * bytes, as its length decides, so that boundaries and escapes are cut everywhere; a larger one in two.
 */
export function streamOf(body: Uint8Array<ArrayBuffer>, breaksOff: boolean): ReadableStream<Uint8Array<ArrayBuffer>> {
  const size = body.length > mostCutBytes ? Math.ceil(body.length / 2) : 1 + (body.length % 16);
  let from = 0;
  return new ReadableStream({
    pull(controller) {
      from += size;
      if (from - size < body.length) controller.enqueue(body.subarray(from - size, from));
      else if (breaksOff) controller.error(new TypeError("aborted"));
      else controller.close();
    },
  });
}
