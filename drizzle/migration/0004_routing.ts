/** Schema version 4: routing rules, and what a relay knows of its limits and its fallback. */
export const routing = `
ALTER TABLE relay ADD COLUMN max_message_bytes INTEGER;
ALTER TABLE relay ADD COLUMN fallback TEXT;
ALTER TABLE relay ADD COLUMN fallback_after_seconds INTEGER NOT NULL DEFAULT 300;

CREATE TABLE routing_rule (
  id         TEXT    PRIMARY KEY NOT NULL,
  position   INTEGER NOT NULL,
  name       TEXT    NOT NULL UNIQUE,
  senders    TEXT    NOT NULL,
  recipients TEXT    NOT NULL,
  relay      TEXT    NOT NULL
) WITHOUT ROWID;
`;
