/**
 * Schema version 5: what searches of the message log go by.
 *
 * Rows are numbered by their time from here on (`drizzle/message_number.ts`), those that are there already too: a number
 * for each, in the order of time and writing, none below 2,048 times its milliseconds. A million rows take seconds. Their
 * terms in `message_search` take longer, and are made while the service runs: `drizzle/message_index.ts`. A part of the
 * index is rewritten once half of its rows have been purged; at FTS5's tenth, a purge would rewrite most of it again and
 * again.
 */
export const logSearch = `
CREATE TABLE numbered_event (
  seq                 INTEGER PRIMARY KEY NOT NULL,
  event_id            TEXT    NOT NULL,
  time_ms             INTEGER NOT NULL,
  id                  TEXT,
  event               TEXT    NOT NULL,
  status              TEXT,
  attempt             INTEGER NOT NULL,
  sender              TEXT    NOT NULL,
  recipients_to       TEXT    NOT NULL,
  recipients_cc       TEXT    NOT NULL,
  recipients_bcc      TEXT    NOT NULL,
  subject             TEXT    NOT NULL,
  header_message_id   TEXT,
  size_bytes          INTEGER NOT NULL,
  relay               TEXT,
  rule                TEXT,
  provider            TEXT,
  provider_message_id TEXT,
  response            TEXT,
  duration_ms         INTEGER,
  error               TEXT,
  source              TEXT    NOT NULL,
  client_address      TEXT,
  tls_version         TEXT,
  tls_cipher          TEXT,
  api_key_id          TEXT,
  smtp_user           TEXT,
  omitted             TEXT    NOT NULL,
  tags                TEXT    NOT NULL,
  attachments         TEXT    NOT NULL
);
INSERT INTO numbered_event
  SELECT number, event_id, time_ms, id, event,
    CASE WHEN id IS NULL THEN 'denied' ELSE (SELECT status FROM message WHERE message.id = message_event.id) END,
    attempt, sender, recipients_to, recipients_cc, recipients_bcc, subject, header_message_id, size_bytes, relay, rule,
    provider, provider_message_id, response, duration_ms, error, source, client_address, tls_version, tls_cipher,
    api_key_id, smtp_user, '[]', tags, attachments
  FROM (
    SELECT old_seq, place + max(old_ms * 2048 - place) OVER (ORDER BY place) AS number
    FROM (SELECT seq AS old_seq, time_ms AS old_ms, row_number() OVER (ORDER BY time_ms, seq) AS place FROM message_event)
  ) CROSS JOIN message_event ON message_event.seq = old_seq;
DROP TABLE message_event;
ALTER TABLE numbered_event RENAME TO message_event;
CREATE UNIQUE INDEX message_event_event_id ON message_event (event_id);
CREATE INDEX message_event_id     ON message_event (id) WHERE id IS NOT NULL;
CREATE INDEX message_event_event  ON message_event (event);
CREATE INDEX message_event_status ON message_event (status) WHERE status IS NOT NULL;

CREATE VIRTUAL TABLE message_search USING fts5 (terms, content = '', contentless_delete = 1, tokenize = 'ascii');
INSERT INTO message_search (message_search, rank) VALUES ('deletemerge', 50);
CREATE VIRTUAL TABLE message_term USING fts5vocab (message_search, instance);
INSERT INTO meta (name, value) SELECT 'log_unindexed_before', max(seq) + 1 FROM message_event HAVING count(*) > 0;
`;
