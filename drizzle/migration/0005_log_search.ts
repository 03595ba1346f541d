/** Schema version 5: what searches of the message log go by. */
export const logSearch = `
ALTER TABLE message_event ADD COLUMN omitted TEXT NOT NULL DEFAULT '[]';
`;
