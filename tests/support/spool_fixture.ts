/** A spool on a real SQLite file in a directory of its own, with a clock that the test moves. */
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock, LargeFiles, Logger, SqlConnection } from "../../core/capabilities.ts";
import { createIdSource } from "../../core/mail/unique_id.ts";
import { type NewSpoolMessage, openSpoolFile, SqliteSpool } from "../../core/spool/mod.ts";
import { openLargeFiles } from "../../runtime-node/large_files.ts";
import { openSqlite } from "../../runtime-node/sqlite_connection.ts";
import { MemoryLargeFiles } from "./memory_large_files.ts";

/** A clock that stands still until it is moved. */
export class TestClock implements Clock {
  now = Date.UTC(2026, 10, 22);
  readonly #timers = new Set<{ atMs: number; callback: () => void }>();

  nowMs(): number {
    return this.now;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { atMs: this.now + delayMs, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  advance(ms: number): void {
    this.now += ms;
    for (const timer of [...this.#timers]) {
      if (timer.atMs > this.now) continue;
      this.#timers.delete(timer);
      timer.callback();
    }
  }
}

/** A logger that keeps the names of its events. */
export function recordingLogger(): Logger & { readonly events: string[] } {
  const events: string[] = [];
  const record = (event: string): void => void events.push(event);
  return { events, debug: record, info: record, warn: record, error: record };
}

const ids = createIdSource({
  nowMs: Date.now,
  randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
});

/** A directory that holds one spool. */
export class SpoolFixture {
  readonly directory = mkdtempSync(join(tmpdir(), "dispatch-spool-"));
  readonly path = join(this.directory, "spool.db");
  readonly clock = new TestClock();
  readonly logger = recordingLogger();
  readonly largeFiles: LargeFiles = openLargeFiles(join(this.directory, "large"));
  /** Rows that its spools have read, and transactions that they have committed. */
  reads = 0;
  commits = 0;

  /** @param path by default its own; `:memory:` for a spool that need not outlast the test */
  open(path = this.path): SqliteSpool {
    const connection = this.#counted(openSqlite(path));
    openSpoolFile(connection, path);
    return new SqliteSpool({
      connection,
      largeFiles: this.largeFiles,
      clock: this.clock,
      logger: this.logger,
      createEventId: () => ids.uniqueId("evt_"),
      schedule: (callback) => setTimeout(callback, 0),
    });
  }

  #counted(connection: SqlConnection): SqlConnection {
    return {
      exec: (sql) => {
        if (sql === "COMMIT") this.commits++;
        connection.exec(sql);
      },
      prepare: (sql) => {
        const statement = connection.prepare(sql);
        return {
          run: (...parameters) => statement.run(...parameters),
          get: (...parameters) => {
            this.reads++;
            return statement.get(...parameters);
          },
          all: (...parameters) => {
            const rows = statement.all(...parameters);
            this.reads += rows.length;
            return rows;
          },
        };
      },
      close: () => connection.close(),
    };
  }

  /** The spool as a crash at this moment would leave it. */
  crashedCopy(): SpoolFixture {
    const copy = new SpoolFixture();
    for (const suffix of ["", "-wal"]) copyFileSync(this.path + suffix, copy.path + suffix);
    copy.clock.now = this.clock.now;
    return copy;
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** A spool in memory, whose commits come a microtask later. */
export function openMemorySpool(clock: Clock): SqliteSpool {
  const connection = openSqlite(":memory:");
  openSpoolFile(connection, ":memory:");
  return new SqliteSpool({
    connection,
    clock,
    largeFiles: new MemoryLargeFiles(),
    logger: recordingLogger(),
    createEventId: () => ids.uniqueId("evt_"),
    schedule: queueMicrotask,
  });
}

/** A message to store; `overrides` change what matters to the test. */
export function newMessage(overrides: Partial<NewSpoolMessage> = {}): NewSpoolMessage {
  const bytes = new TextEncoder().encode("Subject: Hello\r\n\r\nWorld\r\n");
  return {
    id: ids.messageId(),
    sender: "app@example.org",
    recipients: [{ address: "you@example.org", kind: "to" }],
    origin: { source: "smtp", clientAddress: "127.0.0.1", tls: null, apiKeyId: null, smtpUser: null },
    sizeBytes: bytes.byteLength,
    acceptedAtMs: Date.UTC(2026, 10, 22),
    content: { kind: "inline", bytes },
    subject: "Hello",
    messageId: "1@example.org",
    tags: [],
    attachments: [],
    ...overrides,
  };
}
