/**
 * Schema version 6: counters that are never purged, and a record of each purge.
 *
 * What the message log holds already is counted. The last of it may still wait in the spool for its confirmation, and
 * is handed over again then.
 */
export const countersAndPurges = `
CREATE TABLE event_counter (
  at_ms      INTEGER NOT NULL,
  relay      TEXT    NOT NULL,
  event      TEXT    NOT NULL,
  count      INTEGER NOT NULL,
  recipients INTEGER NOT NULL,
  bytes      INTEGER NOT NULL,
  PRIMARY KEY (at_ms, relay, event)
) WITHOUT ROWID;

CREATE TABLE counted_batch (
  source TEXT PRIMARY KEY NOT NULL,
  ids    TEXT NOT NULL
) WITHOUT ROWID;

INSERT INTO event_counter (at_ms, relay, event, count, recipients, bytes)
  SELECT time_ms / 900000 * 900000, coalesce(relay, ''), event, count(*),
    sum(json_array_length(recipients_to) + json_array_length(recipients_cc) + json_array_length(recipients_bcc)),
    sum(size_bytes)
  FROM message_event GROUP BY 1, 2, 3;
INSERT INTO counted_batch (source, ids)
  SELECT 'spool', json_group_array(event_id)
  FROM (SELECT event_id FROM message_event ORDER BY seq DESC LIMIT 1000);

CREATE TABLE purge_run (
  seq           INTEGER PRIMARY KEY NOT NULL,
  id            TEXT    NOT NULL UNIQUE,
  cause         TEXT    NOT NULL,
  started_at_ms INTEGER NOT NULL,
  ended_at_ms   INTEGER,
  state         TEXT    NOT NULL,
  removed       TEXT    NOT NULL,
  problem       TEXT
);
`;
