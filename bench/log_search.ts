/**
 * Searches of a message log of a million rows, and what their indexes cost: log_search.ts [ROWS]
 *
 * Prints the slowest page of each kind of search, and how many rows a second are appended and purged, beside a log whose
 * rows have a number and an id and no other way to be found. Exits with 1 when a page takes longer than 100 ms.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MessageEvent } from "../core/history/message_event.ts";
import type { MessageLog, MessageLogQuery } from "../core/history/message_log.ts";
import type { DatabaseDriver } from "../drizzle/driver.ts";
import { openMessageLog } from "../drizzle/message_log.ts";
import { type Database, openDatabase } from "../runtime-node/database.ts";
import { loggedEvents } from "./logged_events.ts";

const rows = Number(process.argv[2] ?? 1_000_000);
/** As the log writer hands them over. */
const batchRows = 500;
/** Rows that both logs take in turns, to compare them. */
const comparedRows = 50_000;
const pagesPerSearch = 10;
const mostMs = 100;
const endMs = Date.UTC(2026, 10, 22);

type Search = Omit<MessageLogQuery, "limit" | "cursor">;

/** Each kind of search, the worst that can be thought of among them. */
const searches: Readonly<Record<string, Search>> = {
  everything: {},
  "a time span": { fromTimeMs: endMs - 45 * 86_400_000, toTimeMs: endMs - 44 * 86_400_000 },
  "an event": { event: "failed" },
  "a frequent status": { status: "delivered" },
  "a rare status": { status: "failed" },
  "a status that no message has": { status: "retrying" },
  "a rare sender": { sender: "app1500@host3.example.org" },
  "a frequent sender and a rare tag": { sender: "app0", tag: "tag4999" },
  "a frequent sender and a rare status": { sender: "app0", status: "failed" },
  "a sender that there is none of": { sender: '"org example"' },
  "a recipient": { recipient: "user77777" },
  "the start of all recipients": { recipient: "user*" },
  "the start of a few recipients": { recipient: "user7777*" },
  "a frequent domain": { domain: "example.org" },
  "a rare domain": { domain: "customer19999.example.com" },
  "words of half of all subjects": { subject: "invoice" },
  "two words of subjects": { subject: "invoice backup" },
  "a phrase of subjects": { subject: '"invoice backup printer"' },
  "a phrase that no subject has": { subject: '"backup backup backup backup"' },
  "the start of a word of subjects": { subject: "invo*" },
  "the start of many words": { text: "2*" },
  "a word in errors": { text: "unavailable" },
  "words that never meet": { text: "unavailable queued" },
  "events and relays that never meet": { event: "queued", relay: "smarthost", source: "smtp" },
  "a Message-ID": { messageId: `${(1000).toString(16).padStart(32, "0")}@host.example.org` },
  "a message": { id: `spl_${(1000).toString(16).padStart(32, "0")}` },
  "a user, an address and a rule": { smtpUser: "device3", clientAddress: "10.0.0.0", rule: "customers" },
  "a key, its relay and a subject": { apiKeyIds: ["key_0"], relay: "mailgun", subject: "report" },
};

const directory = mkdtempSync(join(tmpdir(), "dispatch-log-search-"));
try {
  const isSlow = await measure();
  process.exitCode = isSlow ? 1 : 0;
} finally {
  rmSync(directory, { recursive: true, force: true });
}

async function measure(): Promise<boolean> {
  const events = loggedEvents(rows, endMs);
  const database = await openDatabase(join(directory, "dispatch.db"));
  const plain = await openPlain(join(directory, "plain.db"));
  const log = openMessageLog(database);
  const compared = Array.from(batchesOf(events, Math.min(comparedRows, rows)));
  const [withMs, withoutMs] = await timeInTurns(log, openMessageLog(withoutTerms(plain)), compared);
  const startMs = performance.now();
  for (const batch of batchesOf(events, rows)) await log.append(batch);
  const restMs = performance.now() - startMs;
  const rate = (count: number, ms: number) => Math.round((count / ms) * 1000);
  const count = compared.flat().length;
  console.log(`append ${rate(count, withMs)} rows/s, without indexes ${rate(count, withoutMs)} rows/s`);
  if (rows > count) console.log(`append ${rate(rows - count, restMs)} rows/s until there are ${rows}`);
  const slowest = await searchAll(log);
  await timePurge(log);
  database.close();
  plain.close();
  return slowest > mostMs;
}

/** Prints the slowest page of each search; returns the slowest of all, in milliseconds. */
async function searchAll(log: MessageLog): Promise<number> {
  let slowest = 0;
  for (const [name, search] of Object.entries(searches)) {
    for (const limit of [100, 1000]) {
      const { mostMs: ms, found, cut } = await timePages(log, { ...search, limit });
      slowest = Math.max(slowest, ms);
      const note = cut > 0 ? `, ${cut} pages cut short` : "";
      console.log(`${ms.toFixed(1).padStart(8)} ms  ${name}, ${limit} a page: ${found} rows${note}`);
    }
  }
  console.log(`${slowest.toFixed(1).padStart(8)} ms  the slowest page`);
  return slowest;
}

/** The first pages, and one that begins in the middle of the log. */
async function timePages(log: MessageLog, query: MessageLogQuery) {
  const timed = { mostMs: 0, found: 0, cut: 0 };
  const page = async (cursor?: string) => {
    const startMs = performance.now();
    const { rows: found, next } = await log.search({ ...query, ...(cursor === undefined ? {} : { cursor }) });
    timed.mostMs = Math.max(timed.mostMs, performance.now() - startMs);
    timed.found += found.length;
    if (next !== null && found.length < query.limit) timed.cut += 1;
    return next;
  };
  await page(String((endMs - 60 * 86_400_000) * 2048));
  let next = await page();
  for (let pages = 1; next !== null && pages < pagesPerSearch; pages++) next = await page(next);
  return timed;
}

async function timePurge(log: MessageLog): Promise<void> {
  const what = { beforeMs: endMs - 60 * 86_400_000, events: ["queued", "delivered"] as const, limit: batchRows };
  const durations: number[] = [];
  for (let batches = 0; batches < 100; batches++) {
    const startMs = performance.now();
    if ((await log.purge(what)) === 0) break;
    durations.push(performance.now() - startMs);
  }
  const sum = durations.reduce((total, ms) => total + ms, 0);
  const longest = Math.max(...durations).toFixed(1);
  console.log(`purge ${Math.round((durations.length * batchRows * 1000) / sum)} rows/s, longest batch ${longest} ms`);
}

/** How long each log takes for `batches`, in milliseconds; machines change their pace, so that both take turns. */
async function timeInTurns(one: MessageLog, other: MessageLog, batches: readonly MessageEvent[][]) {
  const sums: [number, number] = [0, 0];
  for (const batch of batches) {
    for (const [index, log] of [one, other].entries()) {
      const startMs = performance.now();
      await log.append(batch);
      sums[index as 0 | 1] += performance.now() - startMs;
    }
  }
  return sums;
}

async function openPlain(path: string): Promise<Database> {
  const database = await openDatabase(path);
  const drop = (name: string) => ({ sql: `DROP INDEX ${name}`, params: [], method: "run" as const });
  await database.batch(["message_event_event", "message_event_status"].map(drop));
  return database;
}

/** Leaves out what fills the full-text index. */
function withoutTerms(driver: DatabaseDriver): DatabaseDriver {
  return {
    query: (query) => driver.query(query),
    batch: (queries) => driver.batch(queries.filter(({ sql }) => !sql.includes("message_search"))),
  };
}

function* batchesOf(events: Iterator<MessageEvent>, count: number): Generator<MessageEvent[], void, void> {
  for (let taken = 0; taken < count; taken += batchRows) {
    const batch: MessageEvent[] = [];
    for (let next = events.next(); !next.done; next = events.next()) {
      batch.push(next.value);
      if (batch.length === batchRows) break;
    }
    if (batch.length === 0) return;
    yield batch;
  }
}
