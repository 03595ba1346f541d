/** Schema version 3: users of SMTP, tokens of the admin API, and the audit log. */
export const usersTokensAndAudit = `
CREATE TABLE smtp_user (
  id                 TEXT    PRIMARY KEY NOT NULL,
  name               TEXT    NOT NULL UNIQUE,
  password_hash      TEXT    NOT NULL,
  allowed_cidrs      TEXT    NOT NULL,
  allowed_senders    TEXT    NOT NULL,
  created_at_ms      INTEGER NOT NULL,
  password_set_at_ms INTEGER NOT NULL,
  last_used_at_ms    INTEGER,
  use_count          INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE admin_token (
  id              TEXT    PRIMARY KEY NOT NULL,
  name            TEXT    NOT NULL,
  digest          TEXT    NOT NULL UNIQUE,
  scope           TEXT    NOT NULL,
  created_at_ms   INTEGER NOT NULL,
  revoked_at_ms   INTEGER,
  last_used_at_ms INTEGER,
  use_count       INTEGER NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX admin_token_name ON admin_token (name) WHERE revoked_at_ms IS NULL;

CREATE TABLE audit_event (
  seq           INTEGER PRIMARY KEY NOT NULL,
  event_id      TEXT    NOT NULL UNIQUE,
  time_ms       INTEGER NOT NULL,
  event         TEXT    NOT NULL,
  category      TEXT    NOT NULL,
  outcome       TEXT    NOT NULL,
  actor_kind    TEXT    NOT NULL,
  actor_name    TEXT,
  actor_address TEXT,
  subject       TEXT,
  before        TEXT,
  after         TEXT,
  reason        TEXT
);
CREATE INDEX audit_event_time          ON audit_event (time_ms);
CREATE INDEX audit_event_event_time    ON audit_event (event, time_ms);
CREATE INDEX audit_event_category_time ON audit_event (category, time_ms);
`;
