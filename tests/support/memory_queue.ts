/** The part of the spool that operators see, in memory. */
import { DispatchError } from "../../core/error/mod.ts";
import type { SpoolContent, SpoolEntry } from "../../core/spool/entry.ts";
import type { Spool, SpoolFilter } from "../../core/spool/spool.ts";

export class MemoryQueue implements Pick<Spool, "list" | "find" | "content" | "retry" | "delete"> {
  readonly entries = new Map<string, SpoolEntry>();
  readonly contents = new Map<string, Uint8Array>();

  async list({ state, before, limit }: SpoolFilter): Promise<SpoolEntry[]> {
    const newestFirst = [...this.entries.values()].toSorted((a, b) => (a.id < b.id ? 1 : -1));
    return newestFirst
      .filter((entry) => (state ?? entry.state) === entry.state && entry.id < (before ?? "~"))
      .slice(0, limit);
  }

  async find(id: string): Promise<SpoolEntry | null> {
    return this.entries.get(id) ?? null;
  }

  async content(id: string): Promise<SpoolContent | null> {
    const bytes = this.contents.get(id);
    return bytes === undefined ? null : { kind: "inline", bytes };
  }

  async retry(id: string): Promise<void> {
    const entry = this.#requireIdle(id);
    this.entries.set(id, { ...entry, state: "queued", attempts: 0 });
  }

  async delete(id: string): Promise<void> {
    this.#requireIdle(id);
    this.entries.delete(id);
  }

  #requireIdle(id: string): SpoolEntry {
    const entry = this.entries.get(id);
    if (entry === undefined) throw new DispatchError("queue_entry_unknown", { id });
    if (entry.state === "processing") throw new DispatchError("queue_entry_busy", { id });
    return entry;
  }
}

/** A message in the queue; what a test does not name is ordinary. */
export function sampleEntry(entry: Partial<SpoolEntry> = {}): SpoolEntry {
  return {
    id: "spl_1",
    state: "queued",
    sender: "app@example.org",
    recipients: [{ address: "you@example.net", kind: "to", state: "pending" }],
    origin: { source: "smtp", clientAddress: "192.0.2.7", tls: null, apiKeyId: null, smtpUser: null },
    sizeBytes: 1234,
    acceptedAtMs: Date.UTC(2026, 10, 22, 11),
    dueAtMs: Date.UTC(2026, 10, 22, 11, 5),
    attempts: 0,
    lastError: null,
    subject: "Hello",
    messageId: "1@example.org",
    tags: [],
    attachments: [],
    ...entry,
  };
}
