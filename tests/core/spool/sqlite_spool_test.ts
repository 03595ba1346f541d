import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { isDispatchError } from "../../../core/error/mod.ts";
import type { Settlement, SpoolEntry, SpoolRecipient, SqliteSpool } from "../../../core/spool/mod.ts";
import { openSqlite } from "../../../runtime-node/sqlite_connection.ts";
import { newMessage, openMemorySpool, SpoolFixture } from "../../support/spool_fixture.ts";

const never = new AbortController().signal;

function settlement(entry: Pick<SpoolEntry, "id" | "recipients">, next: Settlement["next"]): Settlement {
  return { id: entry.id, next, recipients: entry.recipients, attempts: 1, lastError: null, events: [] };
}

describe("SqliteSpool", () => {
  let fixture: SpoolFixture;
  let spool: SqliteSpool;

  beforeEach(() => {
    fixture = new SpoolFixture();
    spool = fixture.open();
  });

  afterEach(async () => {
    await spool.close().catch(() => undefined);
    fixture.remove();
  });

  async function reopen(): Promise<void> {
    await spool.close();
    spool = fixture.open();
  }

  async function claimOne() {
    const [claimed] = await spool.claim(1, never);
    assert.ok(claimed);
    return claimed;
  }

  it("keeps an appended message, byte for byte, over a restart", async () => {
    const message = newMessage();
    await spool.append(message);
    await reopen();
    const { entry, content } = await claimOne();
    assert.equal(entry.id, message.id);
    assert.deepEqual(entry.recipients, [{ address: "you@example.org", kind: "to", state: "pending" }]);
    assert.equal(content.kind, "inline");
    assert.deepEqual(
      content.kind === "inline" && new Uint8Array(content.bytes),
      message.content.kind === "inline" && message.content.bytes,
    );
  });

  it("stores many messages that arrive together in order", async () => {
    const messages = Array.from({ length: 50 }, () => newMessage());
    await Promise.all(messages.map((message) => spool.append(message)));
    const claimed = await spool.claim(50, never);
    assert.deepEqual(
      claimed.map(({ entry }) => entry.id),
      messages.map(({ id }) => id),
    );
  });

  it("does not hand out a claimed message again", async () => {
    await spool.append(newMessage());
    await claimOne();
    const stop = new AbortController();
    const second = spool.claim(1, stop.signal);
    stop.abort();
    assert.deepEqual(await second, []);
  });

  it("hands a claimed message out again after a crash", async () => {
    const message = newMessage();
    await spool.append(message);
    await claimOne();
    await reopen();
    assert.equal((await claimOne()).entry.id, message.id);
  });

  it("wakes a waiting claim when a message arrives", async () => {
    const claim = spool.claim(1, never);
    const message = newMessage();
    await spool.append(message);
    assert.equal((await claim)[0]?.entry.id, message.id);
  });

  it("forgets a message that is done, and its content", async () => {
    const message = newMessage();
    await spool.append(message);
    const { entry } = await claimOne();
    await spool.settle(settlement(entry, "done"));
    assert.equal(await spool.find(message.id), null);
    assert.equal(await spool.content(message.id), null);
    await reopen();
    assert.equal((await spool.counts()).queued, 0);
  });

  it("hands out a retrying message when it is due and not before", async () => {
    await spool.append(newMessage());
    const { entry } = await claimOne();
    await spool.settle({ ...settlement(entry, "retrying"), dueAtMs: fixture.clock.now + 30_000 });
    const claim = spool.claim(1, never);
    fixture.clock.advance(29_999);
    assert.equal((await spool.counts()).retrying, 1);
    fixture.clock.advance(1);
    assert.equal((await claim)[0]?.entry.attempts, 1);
  });

  it("hands a retrying message out after a restart, when it is due", async () => {
    await spool.append(newMessage());
    const { entry } = await claimOne();
    await spool.settle({
      ...settlement(entry, "retrying"),
      dueAtMs: fixture.clock.now + 30_000,
      lastError: "450 later",
    });
    await reopen();
    fixture.clock.advance(30_000);
    const again = await claimOne();
    assert.equal(again.entry.lastError, "450 later");
  });

  it("keeps a failed message until an operator retries it, recipients that were delivered left alone", async () => {
    await spool.append(
      newMessage({
        recipients: [
          { address: "a@example.org", kind: "to" },
          { address: "b@example.org", kind: "cc" },
        ],
      }),
    );
    const { entry } = await claimOne();
    const [first, second] = entry.recipients;
    await spool.settle({
      ...settlement(entry, "failed"),
      recipients: [
        { ...first!, state: "delivered" },
        { ...second!, state: "failed" },
      ],
    });
    await spool.retry(entry.id);
    const again = await claimOne();
    assert.deepEqual(
      again.entry.recipients.map(({ state }) => state),
      ["delivered", "pending"],
    );
    assert.equal(again.entry.attempts, 0);
  });

  /** Has a message to two end as `next` with those states, then be retried; the states after that. */
  async function retryAfter(next: Settlement["next"], ...states: SpoolRecipient["state"][]): Promise<string[]> {
    const recipients = states.map((_, n) => ({ address: `${n}@example.org`, kind: "to" as const }));
    await spool.append(newMessage({ recipients }));
    const { entry } = await claimOne();
    const ended = entry.recipients.map((recipient, n) => ({ ...recipient, state: states[n]! }));
    await spool.settle({ ...settlement(entry, next), recipients: ended });
    await spool.retry(entry.id);
    return (await claimOne()).entry.recipients.map(({ state }) => state);
  }

  it("sends a captured message on when it is retried, but to nobody who has it", async () => {
    assert.deepEqual(await retryAfter("captured", "captured", "delivered"), ["pending", "delivered"]);
  });

  it("leaves the captured copy of a failed message where it is when that is retried", async () => {
    assert.deepEqual(await retryAfter("failed", "captured", "failed"), ["captured", "pending"]);
  });

  it("counts messages by state, claimed ones as processing, over a restart too", async () => {
    for (let i = 0; i < 5; i++) await spool.append(newMessage());
    const claimed = await spool.claim(4, never);
    await spool.settle(settlement(claimed[0]!.entry, "failed"));
    await spool.settle(settlement(claimed[1]!.entry, "captured"));
    await spool.settle(settlement(claimed[2]!.entry, "done"));
    const counts = await spool.counts();
    assert.deepEqual([counts.queued, counts.processing, counts.failed, counts.captured], [1, 1, 1, 1]);
    await reopen();
    const after = await spool.counts();
    assert.deepEqual([after.queued, after.processing, after.failed, after.captured], [2, 0, 1, 1]);
  });

  it("lists newest first, by state", async () => {
    const messages = Array.from({ length: 3 }, () => newMessage());
    for (const message of messages) await spool.append(message);
    const { entry } = await claimOne();
    const ids = (list: SpoolEntry[]) => list.map(({ id }) => id);
    assert.deepEqual(ids(await spool.list({ limit: 2 })), [messages[2]!.id, messages[1]!.id]);
    assert.deepEqual(ids(await spool.list({ state: "processing", limit: 10 })), [entry.id]);
    assert.deepEqual(ids(await spool.list({ state: "queued", limit: 10 })), [messages[2]!.id, messages[1]!.id]);
  });

  it("lists what was accepted before a message, be that still there or gone", async () => {
    const messages = Array.from({ length: 4 }, () => newMessage());
    for (const message of messages) await spool.append(message);
    const [first, second, third] = messages.map(({ id }) => id);
    const before = async (id: string) => (await spool.list({ before: id, limit: 10 })).map((entry) => entry.id);
    assert.deepEqual(await before(third!), [second, first]);
    await spool.delete(third!);
    assert.deepEqual(await before(third!), [second, first]);
    assert.deepEqual(await before(first!), []);
  });

  it("refuses to delete or retry a message that is being delivered", async () => {
    await spool.append(newMessage());
    const { entry } = await claimOne();
    await assert.rejects(spool.delete(entry.id), (error) => isDispatchError(error, "queue_entry_busy"));
    await assert.rejects(spool.retry(entry.id), (error) => isDispatchError(error, "queue_entry_busy"));
    await assert.rejects(spool.retry("spl_0"), (error) => isDispatchError(error, "queue_entry_unknown"));
  });

  it("sets aside a message that it can't read, says so, and delivers the others", async () => {
    const broken = newMessage();
    const whole = newMessage();
    await spool.append(broken);
    await spool.append(whole);
    const editor = openSqlite(fixture.path);
    editor.prepare("UPDATE message SET recipients = '{' WHERE id = ?").run(broken.id);
    editor.close();
    assert.equal((await claimOne()).entry.id, whole.id);
    assert.equal((await spool.find(broken.id))?.state, "unreadable");
    assert.equal((await spool.counts()).unreadable, 1);
    assert.ok(fixture.logger.events.includes("spool.message_unreadable"));
    await reopen();
    assert.equal((await spool.counts()).unreadable, 1);
  });

  it("refuses to retry a message that it can't read, and takes it back once it is repaired", async () => {
    const broken = newMessage();
    await spool.append(broken);
    const editor = openSqlite(fixture.path);
    const write = (recipients: string) =>
      editor.prepare("UPDATE message SET recipients = ? WHERE id = ?").run(recipients, broken.id);
    write("{");
    const stop = new AbortController();
    const claim = spool.claim(1, stop.signal);
    while ((await spool.counts()).unreadable === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await assert.rejects(spool.retry(broken.id), (error) => isDispatchError(error, "queue_entry_unreadable"));
    assert.equal((await spool.counts()).unreadable, 1);
    write('[{"address":"you@example.org","kind":"to","state":"pending"}]');
    editor.close();
    await spool.retry(broken.id);
    assert.equal((await claim)[0]?.entry.id, broken.id);
    assert.equal((await spool.counts()).unreadable, 0);
  });

  it("sets aside a message with a recipient that is none", async () => {
    const broken = newMessage();
    const whole = newMessage();
    await spool.append(broken);
    await spool.append(whole);
    const editor = openSqlite(fixture.path);
    editor.prepare("UPDATE message SET recipients = '[null]' WHERE id = ?").run(broken.id);
    editor.close();
    assert.equal((await claimOne()).entry.id, whole.id);
    assert.equal((await spool.find(broken.id))?.state, "unreadable");
  });

  it("hands out a message that becomes due while the due ones are looked for", async () => {
    await spool.append(newMessage());
    const { entry } = await claimOne();
    await spool.settle({ ...settlement(entry, "retrying"), dueAtMs: fixture.clock.now + 1 });
    // The clock moves on with each look at it.
    fixture.clock.nowMs = () => fixture.clock.now++;
    const claim = spool.claim(1, never);
    await new Promise((resolve) => setTimeout(resolve, 5));
    fixture.clock.advance(0);
    assert.equal((await claim)[0]?.entry.id, entry.id);
  });

  it("hands out a message that is settled as due while the due ones are looked for", async () => {
    const inMemory = openMemorySpool(fixture.clock);
    await inMemory.append(newMessage());
    const [claimed] = await inMemory.claim(1, never);
    assert.ok(claimed);
    const again = { ...settlement(claimed.entry, "retrying"), dueAtMs: fixture.clock.now };
    for (let ticks = 0; ticks < 20; ticks++) {
      const settled = inMemory.settle(again);
      // The look falls between any two steps of the settlement once.
      for (let tick = 0; tick < ticks; tick++) await null;
      const [found] = await inMemory.claim(1, AbortSignal.timeout(20_000));
      assert.equal(found?.entry.id, claimed.entry.id, `after ${ticks} ticks`);
      await settled;
    }
    await inMemory.close();
  });

  it("sets aside a message whose content row is missing", async () => {
    const message = newMessage();
    await spool.append(message);
    const editor = openSqlite(fixture.path);
    editor.exec("DELETE FROM content");
    editor.close();
    const stop = new AbortController();
    const claim = spool.claim(1, stop.signal);
    while ((await spool.counts()).unreadable === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort();
    assert.deepEqual(await claim, []);
  });

  it("makes rows and large files agree at a start", async () => {
    const orphan = await fixture.largeFiles.create("spl_orphan.eml");
    await orphan.write(new Uint8Array(10));
    await orphan.commit();
    const message = newMessage({ content: { kind: "large", name: "spl_lost.eml" } });
    await spool.append(message);
    await spool.reconcileLargeFiles();
    assert.deepEqual(await fixture.largeFiles.list(), []);
    assert.equal((await spool.find(message.id))?.state, "unreadable");
  });

  it("removes the file of a large message with it", async () => {
    const writer = await fixture.largeFiles.create("spl_1.eml");
    await writer.write(new Uint8Array(10));
    await writer.commit();
    await spool.append(newMessage({ content: { kind: "large", name: "spl_1.eml" } }));
    const { entry } = await claimOne();
    await spool.settle(settlement(entry, "done"));
    assert.deepEqual(await fixture.largeFiles.list(), []);
  });

  it("hands the rows of the log over until they are confirmed", async () => {
    const message = newMessage();
    await spool.append(message);
    const batch = await spool.takeHistory(10, never);
    assert.deepEqual(
      batch.rows.map((row) => [JSON.parse(row).event, JSON.parse(row).id]),
      [["queued", message.id]],
    );
    await reopen();
    assert.deepEqual((await spool.takeHistory(10, never)).rows, batch.rows);
    await spool.forgetHistory(batch.through);
    assert.equal((await spool.counts()).historyBacklog, 0);
    await spool.append(newMessage());
    await spool.forgetHistory(batch.through);
    assert.equal((await spool.counts()).historyBacklog, 1);
  });

  it("answers a repeated request with the first message, over a restart too", async () => {
    const idempotency = { scope: "key_1", key: "order-7", bodyDigest: "aa" };
    const first = newMessage({ idempotency });
    assert.deepEqual(await spool.append(first), { kind: "stored" });
    await reopen();
    assert.deepEqual(await spool.append(newMessage({ idempotency })), { kind: "replayed", id: first.id });
    const other = newMessage({ idempotency: { ...idempotency, bodyDigest: "bb" } });
    assert.deepEqual(await spool.append(other), { kind: "conflict" });
    assert.equal((await spool.counts()).queued, 1);
    const nextDay = first.acceptedAtMs + 24 * 60 * 60 * 1000 + 1;
    assert.deepEqual(await spool.append(newMessage({ idempotency, acceptedAtMs: nextDay })), { kind: "stored" });
  });

  it("stores the others when one message of a batch can't be stored", async () => {
    const twice = newMessage();
    const results = await Promise.allSettled([spool.append(twice), spool.append(twice), spool.append(newMessage())]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ["fulfilled", "rejected", "fulfilled"],
    );
    const refused = results[1] as PromiseRejectedResult;
    assert.ok(isDispatchError(refused.reason, "spool_unavailable"));
    assert.equal((await spool.counts()).queued, 2);
  });
});
