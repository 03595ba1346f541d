import assert from "node:assert/strict";
import { test } from "node:test";
import type { MessageState } from "../../../core/history/message_log.ts";
import { StatusReader, type StatusSources } from "../../../core/ingest/status_view.ts";
import type { SpoolEntry, SpoolState } from "../../../core/spool/entry.ts";
import { assertRefusal } from "../../support/assert_refusal.ts";

const acceptedAtMs = Date.UTC(2026, 10, 22, 11);
const origin = { source: "http", clientAddress: "10.0.0.7", tls: null, apiKeyId: "key_1", smtpUser: null } as const;

function entryIn(state: SpoolState, overrides: Partial<SpoolEntry> = {}): SpoolEntry {
  return {
    id: "spl_1",
    state,
    sender: "a@example.org",
    recipients: [{ address: "b@example.org", kind: "to", state: "pending", relay: "smarthost" }],
    origin,
    sizeBytes: 10,
    acceptedAtMs,
    dueAtMs: acceptedAtMs,
    attempts: 1,
    lastError: "421 later",
    subject: "hello",
    messageId: null,
    tags: [],
    attachments: [],
    ...overrides,
  };
}

const delivered: MessageState = {
  id: "spl_1",
  status: "delivered",
  apiKeyId: "key_1",
  sender: "a@example.org",
  subject: "hello",
  acceptedAtMs,
  updatedAtMs: acceptedAtMs + 1000,
  attempts: 2,
  relay: "smarthost",
  provider: "smtp",
  providerMessageId: "4711",
  lastError: null,
};

function reader(entry: SpoolEntry | null, state: MessageState | null, overrides: Partial<StatusSources> = {}) {
  return new StatusReader({
    spool: { find: async () => entry, list: async () => (entry === null ? [] : [entry]) },
    log: { find: async () => state, states: async () => ({ rows: state === null ? [] : [state], next: "spl_1" }) },
    caughtUp: async () => {},
    ...overrides,
  });
}

const unreadable = {
  find: () => Promise.reject(new Error("locked")),
  states: () => Promise.reject(new Error("locked")),
};

test("StatusReader.find tells of a message that has left the spool from the log", async () => {
  assert.deepEqual(await reader(null, delivered).find("spl_1", "key_1"), {
    id: "spl_1",
    status: "delivered",
    sender: "a@example.org",
    subject: "hello",
    acceptedAt: "2026-11-22T11:00:00.000Z",
    updatedAt: "2026-11-22T11:00:01.000Z",
    attempts: 2,
    relay: "smarthost",
    provider: "smtp",
    providerMessageId: "4711",
    lastError: null,
  });
});

test("StatusReader.find believes the spool before the log while the message is in it", async () => {
  const state: MessageState = { ...delivered, status: "queued", attempts: 0 };
  const view = await reader(entryIn("retrying"), state).find("spl_1", "key_1");
  assert.deepEqual([view.status, view.attempts, view.lastError], ["retrying", 1, "421 later"]);
});

test("StatusReader.find has a sender's word for each state of the spool", async () => {
  const words = { queued: "queued", processing: "processing", retrying: "retrying", failed: "failed" } as const;
  for (const [state, word] of Object.entries({ ...words, captured: "delivered", unreadable: "failed" })) {
    const view = await reader(entryIn(state as SpoolState), null).find("spl_1", "key_1");
    assert.equal(view.status, word);
  }
});

test("StatusReader.find does without the log while the spool has the message", async () => {
  const view = await reader(entryIn("queued"), null, { log: unreadable }).find("spl_1", "key_1");
  assert.deepEqual([view.status, view.relay, view.updatedAt], ["queued", "smarthost", null]);
});

test("StatusReader.find says so when only the log could tell and it can't be read", async () => {
  await assertRefusal(() => reader(null, null, { log: unreadable }).find("spl_1", "key_1"), "history_unavailable");
});

test("StatusReader.find waits for the log before it says that there is no such message", async () => {
  let isCaughtUp = false;
  const sources = {
    log: { find: async () => (isCaughtUp ? delivered : null), states: unreadable.states },
    caughtUp: async () => {
      isCaughtUp = true;
    },
  };
  assert.equal((await reader(null, null, sources).find("spl_1", "key_1")).status, "delivered");
});

test("StatusReader.find shows a key nothing that another key, or no key, has submitted", async () => {
  await assertRefusal(() => reader(null, delivered).find("spl_1", "key_2"), "message_unknown");
  await assertRefusal(() => reader(entryIn("queued"), null).find("spl_1", "key_2"), "message_unknown");
  const bySmtp = entryIn("queued", { origin: { ...origin, source: "smtp", apiKeyId: null } });
  await assertRefusal(() => reader(bySmtp, null).find("spl_1", "key_1"), "message_unknown");
  await assertRefusal(() => reader(null, null).find("spl_1", "key_1"), "message_unknown");
});

test("StatusReader.list shows rows of the log, the spool's word for those under way, and where to go on", async () => {
  const queued: MessageState = { ...delivered, status: "queued" };
  const page = await reader(entryIn("processing"), queued).list({ apiKeyId: "key_1", limit: 10 });
  assert.deepEqual([page.items.map(({ status }) => status), page.next], [["processing"], "spl_1"]);
});

test("StatusReader.list asks the spool alone for what is being delivered", async () => {
  const query = { apiKeyId: "key_1", limit: 10, status: "processing" } as const;
  const page = await reader(entryIn("processing"), null, { log: unreadable }).list(query);
  assert.deepEqual([page.items.map(({ status }) => status), page.next], [["processing"], null]);
  assert.deepEqual((await reader(entryIn("processing"), null).list({ ...query, apiKeyId: "key_2" })).items, []);
});

test("StatusReader.list says so when the log can't be read", async () => {
  const query = { apiKeyId: "key_1", limit: 10 };
  await assertRefusal(() => reader(null, null, { log: unreadable }).list(query), "history_unavailable");
});
