/** The state of messages as their senders see it: what the spool and the message log know, put together. */
import { DispatchError } from "../error/mod.ts";
import type { MessageLog, MessageState, MessageStatus } from "../history/message_log.ts";
import type { SpoolEntry, SpoolState } from "../spool/entry.ts";
import type { Spool } from "../spool/spool.ts";

/** Every status that a sender can see. */
export const senderStatuses = ["queued", "processing", "delivered", "retrying", "failed", "denied", "deleted"] as const;

/** Status of a message, to its sender. */
export type SenderStatus = (typeof senderStatuses)[number];

/** A message as its sender sees it; `null` is "not known, or not yet". */
export interface StatusView {
  readonly id: string;
  readonly status: SenderStatus;
  readonly sender: string;
  readonly subject: string;
  /** ISO 8601, UTC. */
  readonly acceptedAt: string;
  /** When its status last changed; ISO 8601, UTC. */
  readonly updatedAt: string | null;
  readonly attempts: number;
  readonly relay: string | null;
  readonly provider: string | null;
  readonly providerMessageId: string | null;
  readonly lastError: string | null;
}

/** One page of messages, newest first. */
export interface StatusPage {
  readonly items: readonly StatusView[];
  /** Where the next page starts; `null` on the last. */
  readonly next: string | null;
}

/** Which messages a page holds. */
export interface StatusQuery {
  readonly apiKeyId: string;
  readonly status?: SenderStatus;
  /** 1–300. */
  readonly limit: number;
  readonly cursor?: string;
}

/** What a {@link StatusReader} reads from. */
export interface StatusSources {
  readonly spool: Pick<Spool, "find" | "list">;
  readonly log: Pick<MessageLog, "find" | "states">;
  /** Resolves once the log holds what had happened before the call, or after a short while with the database down. */
  readonly caughtUp: () => Promise<void>;
}

/** The most messages that can be in delivery at a time, and then some. */
const maxProcessing = 1000;

/** Answers senders who ask about their messages. */
export class StatusReader {
  readonly #sources: StatusSources;

  constructor(sources: StatusSources) {
    this.#sources = sources;
  }

  /**
   * The message with this id, if it was submitted with this key.
   *
   * @throws {DispatchError} `message_unknown`; `history_unavailable` when the spool no longer has it and the log can't be
   * read
   */
  async find(id: string, apiKeyId: string): Promise<StatusView> {
    const { spool, log, caughtUp } = this.#sources;
    const entry = await spool.find(id);
    // What has left the spool is in the log a moment later.
    if (entry === null) await caughtUp();
    const state = await log.find(id).catch((error) => {
      if (entry === null) throw asHistoryError(error);
      return null;
    });
    if ((entry?.origin.apiKeyId ?? state?.apiKeyId ?? null) !== apiKeyId) {
      throw new DispatchError("message_unknown", { id });
    }
    return view(state, entry);
  }

  /** A page of the messages submitted with a key. @throws {DispatchError} `history_unavailable` */
  async list({ status, ...query }: StatusQuery): Promise<StatusPage> {
    if (status === "processing") return this.#processing(query);
    await this.#sources.caughtUp();
    const page = await this.#sources.log
      .states({ ...query, ...(status === undefined ? {} : { status }) })
      .catch((error) => {
        throw asHistoryError(error);
      });
    const items = await Promise.all(page.rows.map(async (state) => view(state, await this.#entryOf(state))));
    return { items, next: page.next };
  }

  /** Delivery in progress is known to the spool alone, and never lasts for pages. */
  async #processing({ apiKeyId, limit }: Omit<StatusQuery, "status">): Promise<StatusPage> {
    const entries = await this.#sources.spool.list({ state: "processing", limit: maxProcessing });
    const own = entries.filter((entry) => entry.origin.apiKeyId === apiKeyId).slice(0, limit);
    return { items: own.map((entry) => view(null, entry)), next: null };
  }

  async #entryOf({ id, status }: MessageState): Promise<SpoolEntry | null> {
    return isOnItsWay(status) ? this.#sources.spool.find(id) : null;
  }
}

/** Whether the spool may know better than the log. */
function isOnItsWay(status: MessageStatus): boolean {
  return status === "queued" || status === "retrying";
}

/** The local inbox is a relay like any other: what it captured is delivered. */
const statusOfSpoolState: Readonly<Record<SpoolState, SenderStatus>> = {
  queued: "queued",
  processing: "processing",
  retrying: "retrying",
  failed: "failed",
  captured: "delivered",
  unreadable: "failed",
};

function view(state: MessageState | null, entry: SpoolEntry | null): StatusView {
  const known = (entry ?? state)!;
  return {
    id: known.id,
    status: entry === null ? state!.status : statusOfSpoolState[entry.state],
    sender: known.sender,
    subject: known.subject,
    acceptedAt: new Date(known.acceptedAtMs).toISOString(),
    updatedAt: state === null ? null : new Date(state.updatedAtMs).toISOString(),
    attempts: Math.max(entry?.attempts ?? 0, state?.attempts ?? 0),
    relay: state?.relay ?? entry?.recipients.find((recipient) => recipient.relay !== undefined)?.relay ?? null,
    provider: state?.provider ?? null,
    providerMessageId: state?.providerMessageId ?? null,
    lastError: entry?.lastError ?? state?.lastError ?? null,
  };
}

function asHistoryError(error: unknown): DispatchError {
  const reason = error instanceof Error ? error.message : String(error);
  return new DispatchError("history_unavailable", { reason }, { cause: error });
}
