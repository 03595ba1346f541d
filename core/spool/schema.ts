/**
 * The tables of `spool.db`, open to anyone with a shell and the `sqlite3` tool; described in docs/spool.md.
 *
 * A message is two rows: a narrow one that changes state, and its content, which is written once and never touched.
 */

/** `PRAGMA application_id` of a spool: the letters `DSPQ`. */
export const spoolApplicationId = 0x44535051;

/** `PRAGMA user_version` that this code reads and writes. */
export const spoolSchemaVersion = 2;

/** Settings of the connection that owns the spool: what has been committed survives a power failure. */
export const spoolPragmas = `
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA wal_autocheckpoint = 4000;
PRAGMA journal_size_limit = 67108864;
PRAGMA busy_timeout = 5000;
PRAGMA cache_size = -32768;
`;

/** Makes an empty file a spool. Times are Unix milliseconds; recipients, origin, tags and attachments are JSON. */
export const spoolSchema = `
CREATE TABLE message (
  seq         INTEGER PRIMARY KEY,
  id          TEXT    NOT NULL UNIQUE,
  state       TEXT    NOT NULL CHECK (state IN ('queued', 'retrying', 'failed', 'captured', 'unreadable')),
  due_at      INTEGER NOT NULL,
  accepted_at INTEGER NOT NULL,
  attempts    INTEGER NOT NULL DEFAULT 0,
  size        INTEGER NOT NULL,
  sender      TEXT    NOT NULL,
  recipients  TEXT    NOT NULL,
  origin      TEXT    NOT NULL,
  subject     TEXT    NOT NULL,
  message_id  TEXT,
  tags        TEXT    NOT NULL DEFAULT '[]',
  attachments TEXT    NOT NULL DEFAULT '[]',
  last_error  TEXT,
  large_file  TEXT,
  lane        TEXT    NOT NULL DEFAULT ''
);
CREATE INDEX message_due        ON message (lane, due_at) WHERE state IN ('queued', 'retrying');
CREATE INDEX message_retrying   ON message (seq) WHERE state = 'retrying';
CREATE INDEX message_failed     ON message (seq) WHERE state = 'failed';
CREATE INDEX message_captured   ON message (seq) WHERE state = 'captured';
CREATE INDEX message_large      ON message (large_file) WHERE large_file IS NOT NULL;
CREATE INDEX message_unreadable ON message (seq) WHERE state = 'unreadable';

CREATE TABLE content (
  seq   INTEGER PRIMARY KEY,
  bytes BLOB NOT NULL
);

CREATE TABLE history (
  seq    INTEGER PRIMARY KEY,
  count  INTEGER NOT NULL,
  events TEXT    NOT NULL
);

CREATE TABLE idempotency (
  scope       TEXT    NOT NULL,
  key         TEXT    NOT NULL,
  body_digest TEXT    NOT NULL,
  id          TEXT    NOT NULL,
  at          INTEGER NOT NULL,
  PRIMARY KEY (scope, key)
) WITHOUT ROWID;
CREATE INDEX idempotency_at ON idempotency (at);

CREATE TABLE counter (
  state    TEXT    PRIMARY KEY,
  messages INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO counter (state, messages)
  VALUES ('queued', 0), ('retrying', 0), ('failed', 0), ('captured', 0), ('unreadable', 0), ('history', 0);
`;

/** Recipients of the local inbox were marked as delivered in version 1, in which a message went one way as a whole. */
export const markCapturedRecipients = `
UPDATE message SET recipients = replace(recipients, '"state":"delivered"', '"state":"captured"')
  WHERE state = 'captured' AND recipients NOT LIKE '%"state":"captured"%';
`;

/** What makes a spool of each earlier version one of the next. */
export const spoolUpgrades: Readonly<Record<number, string>> = {
  1: `
ALTER TABLE message ADD COLUMN lane TEXT NOT NULL DEFAULT '';
DROP INDEX message_due;
CREATE INDEX message_due ON message (lane, due_at) WHERE state IN ('queued', 'retrying');
${markCapturedRecipients}`,
};
