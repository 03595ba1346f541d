import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { StoredSession } from "../../core/access/admin_session.ts";
import { openStores } from "../../drizzle/stores.ts";
import { DatabaseFixture } from "../support/database_fixture.ts";

const fixtures: DatabaseFixture[] = [];

after(() => {
  for (const fixture of fixtures) fixture.remove();
});

async function openFixture() {
  const fixture = new DatabaseFixture();
  fixtures.push(fixture);
  return { fixture, store: openStores(await fixture.open()).sessions };
}

const session = (digest: string, overrides: Partial<StoredSession> = {}): StoredSession => ({
  digest,
  createdAtMs: Date.UTC(2026, 10, 22, 12),
  lastSeenAtMs: Date.UTC(2026, 10, 22, 13),
  address: "2001:db8::7",
  ...overrides,
});

const byDigest = (a: StoredSession, b: StoredSession) => a.digest.localeCompare(b.digest);

test("openSessionStore lists sessions as they were put, after a restart too", async () => {
  const { fixture, store } = await openFixture();
  await store.put(session("b"));
  await store.put(session("a", { address: "192.0.2.7" }));
  const reopened = openStores(await fixture.open()).sessions;
  assert.deepEqual((await reopened.list()).toSorted(byDigest), [session("a", { address: "192.0.2.7" }), session("b")]);
});

test("openSessionStore's put replaces the session with this digest", async () => {
  const { store } = await openFixture();
  await store.put(session("a"));
  const seen = session("a", { lastSeenAtMs: Date.UTC(2026, 10, 22, 14) });
  await store.put(seen);
  assert.deepEqual(await store.list(), [seen]);
});

test("openSessionStore's remove removes those that are named, and no others", async () => {
  const { store } = await openFixture();
  for (const digest of ["a", "b", "c"]) await store.put(session(digest));
  await store.remove(["a", "c", "none"]);
  assert.deepEqual(await store.list(), [session("b")]);
  await store.remove([]);
  assert.deepEqual(await store.list(), [session("b")]);
});

test("openSessionStore removes as many sessions as there can be at once", async () => {
  const { store } = await openFixture();
  await store.put(session("kept"));
  await store.remove(Array.from({ length: 1000 }, (_, index) => `gone ${index}`));
  assert.deepEqual(await store.list(), [session("kept")]);
});
