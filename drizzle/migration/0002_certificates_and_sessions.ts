/** Schema version 2: the certificates that were put in service, and the sessions of the dashboard. */
export const certificatesAndSessions = `
CREATE TABLE certificate (
  id                 TEXT    PRIMARY KEY NOT NULL,
  source             TEXT    NOT NULL,
  path               TEXT    NOT NULL UNIQUE,
  sealed_password    TEXT    NOT NULL,
  fingerprint_sha256 TEXT    NOT NULL,
  subject            TEXT    NOT NULL,
  dns_names          TEXT    NOT NULL,
  ip_addresses       TEXT    NOT NULL,
  not_before         TEXT    NOT NULL,
  not_after          TEXT    NOT NULL,
  installed_at_ms    INTEGER NOT NULL,
  installed_by       TEXT    NOT NULL,
  replaced_at_ms     INTEGER,
  replaced_by        TEXT
) WITHOUT ROWID;

CREATE TABLE admin_session (
  digest          TEXT    PRIMARY KEY NOT NULL,
  created_at_ms   INTEGER NOT NULL,
  last_seen_at_ms INTEGER NOT NULL,
  address         TEXT    NOT NULL
) WITHOUT ROWID;
`;
