/** Schema version 1: configuration, relays, API keys, message log. */
export const firstTables = `
CREATE TABLE meta (
  name  TEXT PRIMARY KEY NOT NULL,
  value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE config (
  key    TEXT    PRIMARY KEY NOT NULL,
  value  TEXT    NOT NULL,
  seeded INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE relay (
  id          TEXT    PRIMARY KEY NOT NULL,
  name        TEXT    NOT NULL UNIQUE,
  provider    TEXT    NOT NULL,
  settings    TEXT    NOT NULL,
  enabled     INTEGER NOT NULL,
  is_default  INTEGER NOT NULL,
  concurrency INTEGER NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX relay_default ON relay (is_default) WHERE is_default = 1;

CREATE TABLE api_key (
  id              TEXT    PRIMARY KEY NOT NULL,
  name            TEXT    NOT NULL,
  digest          TEXT    NOT NULL UNIQUE,
  rate_per_minute INTEGER,
  created_at_ms   INTEGER NOT NULL,
  revoked_at_ms   INTEGER,
  last_used_at_ms INTEGER,
  use_count       INTEGER NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX api_key_name ON api_key (name) WHERE revoked_at_ms IS NULL;

CREATE TABLE message_event (
  seq                 INTEGER PRIMARY KEY NOT NULL,
  event_id            TEXT    NOT NULL UNIQUE,
  time_ms             INTEGER NOT NULL,
  id                  TEXT,
  event               TEXT    NOT NULL,
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
  tags                TEXT    NOT NULL,
  attachments         TEXT    NOT NULL
);
CREATE INDEX message_event_time       ON message_event (time_ms);
CREATE INDEX message_event_event_time ON message_event (event, time_ms);
CREATE INDEX message_event_id_time    ON message_event (id, time_ms) WHERE id IS NOT NULL;

CREATE TABLE message (
  id                  TEXT    PRIMARY KEY NOT NULL,
  status              TEXT    NOT NULL,
  has_failed          INTEGER NOT NULL,
  api_key_id          TEXT,
  sender              TEXT    NOT NULL,
  subject             TEXT    NOT NULL,
  accepted_at_ms      INTEGER NOT NULL,
  updated_at_ms       INTEGER NOT NULL,
  attempts            INTEGER NOT NULL,
  relay               TEXT,
  provider            TEXT,
  provider_message_id TEXT,
  last_error          TEXT
) WITHOUT ROWID;
CREATE INDEX message_status         ON message (status, id);
CREATE INDEX message_api_key        ON message (api_key_id, id) WHERE api_key_id IS NOT NULL;
CREATE INDEX message_api_key_status ON message (api_key_id, status, id) WHERE api_key_id IS NOT NULL;
`;
