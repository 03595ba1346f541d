import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { isDispatchError } from "../../core/error/mod.ts";
import type { Spool } from "../../core/spool/mod.ts";
import { spoolOverPort } from "../../runtime-node/spool_calls.ts";
import { type SpoolThread, startSpoolThread } from "../../runtime-node/spool_client.ts";
import { newMessage, recordingLogger } from "../support/spool_fixture.ts";

const never = new AbortController().signal;

describe("startSpoolThread", () => {
  let directory: string;
  let thread: SpoolThread | undefined;
  let spool: Spool;

  beforeEach(() => {
    directory = join(mkdtempSync(join(tmpdir(), "dispatch-spool-thread-")), "spool");
  });

  afterEach(async () => {
    await thread?.stop();
    thread = undefined;
    rmSync(join(directory, ".."), { recursive: true, force: true });
  });

  async function start(): Promise<void> {
    const deaths: unknown[] = [];
    thread = await startSpoolThread({ directory }, recordingLogger(), (error) => deaths.push(error));
    spool = spoolOverPort(thread.connect());
  }

  it("serves a spool: a message goes in, is claimed, is settled", async () => {
    await start();
    const message = newMessage();
    assert.deepEqual(await spool.append(message), { kind: "stored" });
    const [claimed] = await spool.claim(5, never);
    assert.equal(claimed?.entry.id, message.id);
    assert.equal(claimed?.content.kind, "inline");
    const { id, recipients } = claimed!.entry;
    await spool.settle({ id, next: "done", recipients, attempts: 1, lastError: null, events: [] });
    assert.equal((await spool.counts()).queued, 0);
    const history = await spool.takeHistory(10, never);
    assert.deepEqual(
      history.rows.map((row) => JSON.parse(row).event),
      ["queued"],
    );
  });

  it("keeps what it has acknowledged over a restart", async () => {
    await start();
    const messages = Array.from({ length: 100 }, () => newMessage());
    await Promise.all(messages.map((message) => spool.append(message)));
    await thread?.stop();
    await start();
    assert.equal((await spool.counts()).queued, 100);
  });

  it("answers what it was asked before it was stopped", async () => {
    await start();
    const answers = Array.from({ length: 20 }, () => spool.append(newMessage()));
    await spool.counts();
    answers.push(spool.append(newMessage()));
    await new Promise((resolve) => setImmediate(resolve));
    const stopped = thread!.stop();
    const late = new Promise((resolve) => setTimeout(resolve, 5000, "never"));
    assert.notEqual(await Promise.race([Promise.all(answers), late]), "never");
    await stopped;
  });

  it("ends a claim that waits when it is told to", async () => {
    await start();
    const stop = new AbortController();
    const claim = spool.claim(1, stop.signal);
    await spool.counts();
    stop.abort();
    assert.deepEqual(await claim, []);
  });

  it("brings the spool's own errors home", async () => {
    await start();
    await assert.rejects(spool.retry("spl_0"), (error) => isDispatchError(error, "queue_entry_unknown"));
  });

  it("refuses to start on another program's file, and leaves it as it is", async () => {
    mkdirSync(directory);
    writeFileSync(join(directory, "spool.db"), "no database at all, but long enough".repeat(100));
    const before = readFileSync(join(directory, "spool.db"));
    await assert.rejects(start(), (error) => isDispatchError(error, "spool_damaged"));
    assert.ok(readFileSync(join(directory, "spool.db")).equals(before));
  });
});
