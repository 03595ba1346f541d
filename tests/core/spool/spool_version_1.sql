-- A spool as version 1 left it: one message queued, one captured.
PRAGMA page_size = 4096;
PRAGMA journal_mode = WAL;

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
  large_file  TEXT
);
CREATE INDEX message_due        ON message (due_at) WHERE state IN ('queued', 'retrying');
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

INSERT INTO message (id, state, due_at, accepted_at, size, sender, recipients, origin, subject)
  VALUES ('spl_queued', 'queued', 1795305600000, 1795305600000, 5, 'app@example.org', '[{"address":"a@example.org","kind":"to","state":"pending"}]',
    '{"source":"smtp","clientAddress":"127.0.0.1","tls":null,"apiKeyId":null,"smtpUser":null}', 'Hello');
INSERT INTO message (id, state, due_at, accepted_at, size, sender, recipients, origin, subject)
  VALUES ('spl_captured', 'captured', 1795305600000, 1795305600000, 5, 'app@example.org', '[{"address":"b@example.org","kind":"to","state":"delivered","relay":"local","response":"Captured in the local inbox"}]',
    '{"source":"smtp","clientAddress":"127.0.0.1","tls":null,"apiKeyId":null,"smtpUser":null}', 'Hello');
INSERT INTO content (seq, bytes) VALUES (1, x'48656c6c6f'), (2, x'48656c6c6f');
UPDATE counter SET messages = 1 WHERE state IN ('queued', 'captured');
PRAGMA application_id = 1146310737;
PRAGMA user_version = 1;
