/** Saves what can be read of a damaged spool into a new one. */
import type { SqlConnection, SqlValue } from "../capabilities.ts";
import { markCapturedRecipients } from "./schema.ts";

/** What became of the messages of a damaged spool. */
export interface SpoolRecovery {
  /** Messages that are in the new spool, content and all. */
  readonly messages: number;
  /** Ids of messages whose content could not be read; they are in the new spool as `unreadable`. */
  readonly withoutContent: readonly string[];
  /** Places in the damaged file that could not be read; each may have held a message. */
  readonly unreadablePlaces: number;
}

/** So many numbers in a row that can't be read are taken for the end of a table whose end can't be read either. */
const longestGap = 10_000;

/**
 * Copies row by row, each found by its number, so that a damaged page costs the rows on it, or below it in the
 * tree of its table, and no others.
 *
 * @param damaged opened for reading; nothing is changed in it
 * @param fresh a new spool, as `openSpoolFile` makes it
 */
export function recoverSpool(damaged: SqlConnection, fresh: SqlConnection): SpoolRecovery {
  const withoutContent: string[] = [];
  let messages = 0;
  fresh.exec("BEGIN IMMEDIATE");
  const lostMessages = copyRows(damaged, fresh, "message", (seq, row) => {
    const isWhole = typeof row.large_file === "string" || copyContent(damaged, fresh, seq);
    if (isWhole) messages++;
    else withoutContent.push(String(row.id));
    return isWhole ? row : { ...row, state: "unreadable", last_error: "its content was lost with the damaged spool" };
  });
  const lostEvents = copyRows(damaged, fresh, "history", (_seq, row) => row);
  fresh.exec(markCapturedRecipients);
  fresh.exec(recount);
  fresh.exec("COMMIT");
  return { messages, withoutContent, unreadablePlaces: lostMessages + lostEvents };
}

const recount = `
UPDATE counter SET messages = (SELECT count(*) FROM message WHERE message.state = counter.state);
UPDATE counter SET messages = (SELECT coalesce(sum(count), 0) FROM history) WHERE state = 'history';
`;

type Row = Record<string, SqlValue>;

/** Copies the rows that can be read, as `change` returns them; returns how many places could not be. */
function copyRows(
  damaged: SqlConnection,
  fresh: SqlConnection,
  table: "message" | "history",
  change: (seq: number, row: Row) => Row,
): number {
  const next = (seq: number) => damaged.prepare(`SELECT * FROM ${table} WHERE seq >= ? ORDER BY seq LIMIT 1`).get(seq);
  const exact = (seq: number) => damaged.prepare(`SELECT * FROM ${table} WHERE seq = ?`).get(seq);
  let unreadable = 0;
  let gap = 0;
  for (let seq = 0; gap < longestGap; seq++) {
    const found = attempt(() => next(seq)) ?? attempt(() => exact(seq));
    if (found === null) {
      gap++;
      continue;
    }
    if (found.row === undefined) break;
    if (gap > 0) unreadable++;
    gap = 0;
    seq = Number(found.row.seq);
    insert(fresh, table, change(seq, found.row));
  }
  return gap > 0 ? unreadable + 1 : unreadable;
}

function copyContent(damaged: SqlConnection, fresh: SqlConnection, seq: number): boolean {
  const found = attempt(() => damaged.prepare("SELECT bytes FROM content WHERE seq = ?").get(seq));
  const bytes = found?.row?.bytes;
  if (!(bytes instanceof Uint8Array)) return false;
  insert(fresh, "content", { seq, bytes });
  return true;
}

function insert(fresh: SqlConnection, table: string, row: Row): void {
  const names = Object.keys(row);
  const marks = names.map(() => "?").join(", ");
  // Two damaged pages can hold the same row; the first one is as good as the second.
  fresh.prepare(`INSERT OR IGNORE INTO ${table} (${names.join(", ")}) VALUES (${marks})`).run(...Object.values(row));
}

/** `null` when SQLite can't read what it takes to answer. */
function attempt(read: () => Row | undefined): { readonly row: Row | undefined } | null {
  try {
    return { row: read() };
  } catch {
    return null;
  }
}
