/** Schema version 6: counters that are never purged, and a record of each purge. */
export const countersAndPurges = `
CREATE TABLE event_counter (
  hour_ms INTEGER NOT NULL,
  relay   TEXT    NOT NULL,
  event   TEXT    NOT NULL,
  count   INTEGER NOT NULL,
  bytes   INTEGER NOT NULL,
  PRIMARY KEY (hour_ms, relay, event)
) WITHOUT ROWID;
`;
