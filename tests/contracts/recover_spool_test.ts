import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { isDispatchError } from "../../core/error/mod.ts";
import { openAuditLog } from "../../drizzle/audit_log.ts";
import { openDatabase } from "../../runtime-node/database.ts";
import { readEnvironment } from "../../runtime-node/environment.ts";
import { openSpool } from "../../runtime-node/open_spool.ts";
import { recoverSpoolFile } from "../../runtime-node/recover_spool.ts";
import { newMessage, recordingLogger } from "../support/spool_fixture.ts";

const pageBytes = 4096;

describe("recoverSpoolFile", () => {
  let dataDirectory: string;
  let spoolDirectory: string;
  const logger = recordingLogger();

  beforeEach(async () => {
    dataDirectory = mkdtempSync(join(tmpdir(), "dispatch-recover-"));
    spoolDirectory = join(dataDirectory, "spool");
    (await openDatabase(join(dataDirectory, "dispatch.db"))).close();
  });

  afterEach(() => rmSync(dataDirectory, { recursive: true, force: true }));

  const recover = () => recoverSpoolFile(readEnvironment({}, { dataDirectory, workingDirectory: "/" }), logger);

  /** A spool of messages whose contents tell them apart; each takes more than a page. */
  async function fillSpool(count: number): Promise<Map<string, number>> {
    const spool = await openSpool(spoolDirectory, logger);
    const fills = new Map<string, number>();
    for (let i = 0; i < count; i++) {
      const bytes = new Uint8Array(20_000).fill(i);
      const message = newMessage({ content: { kind: "inline", bytes }, sizeBytes: bytes.length });
      fills.set(message.id, i);
      await spool.append(message);
    }
    await spool.close();
    return fills;
  }

  function overwritePage(page: number): void {
    const path = join(spoolDirectory, "spool.db");
    const file = readFileSync(path);
    file.fill(0x55, (page - 1) * pageBytes, page * pageBytes);
    writeFileSync(path, file);
  }

  it("saves every message of a whole spool, byte for byte", async () => {
    const fills = await fillSpool(5);
    assert.equal((await recover()).messages, 5);
    const spool = await openSpool(spoolDirectory, logger);
    for (const [id, fill] of fills) {
      const content = await spool.content(id);
      assert.ok(content?.kind === "inline" && content.bytes.length === 20_000);
      assert.ok(content.bytes.every((byte) => byte === fill));
    }
    assert.equal((await spool.counts()).queued, 5);
    assert.equal((await spool.counts()).historyBacklog, 5);
    await spool.close();
  });

  it("tells the audit log where the damaged spool is, and how much of it could be read", async () => {
    await fillSpool(2);
    const { damagedDirectory } = await recover();
    const database = await openDatabase(join(dataDirectory, "dispatch.db"));
    const { rows } = await openAuditLog(database).search({ limit: 10 });
    database.close();
    assert.deepEqual(
      rows.map(({ event, actor, subject, after }) => [event, actor.kind, subject, after]),
      [["queue.recovered", "command_line", damagedDirectory, { messages: 2, withoutContent: 0, unreadablePlaces: 0 }]],
    );
  });

  it("saves all messages but one at the most, whichever page of contents is damaged", async () => {
    await fillSpool(12);
    const whole = readFileSync(join(spoolDirectory, "spool.db"));
    const pages = statSync(join(spoolDirectory, "spool.db")).size / pageBytes;
    let almostAll = 0;
    for (let page = 2; page <= pages; page++) {
      for (const name of readdirSync(spoolDirectory)) rmSync(join(spoolDirectory, name), { recursive: true });
      writeFileSync(join(spoolDirectory, "spool.db"), whole);
      overwritePage(page);
      const { messages, withoutContent } = await recover();
      const spool = await openSpool(spoolDirectory, logger);
      const counts = await spool.counts();
      await spool.close();
      assert.equal(counts.queued, messages);
      assert.equal(counts.unreadable, withoutContent.length);
      if (messages >= 11) almostAll++;
    }
    // 12 contents take two pages and more each; the rest are the few pages that hold many rows, or lead to them.
    assert.ok(almostAll >= 24, `${almostAll} of ${pages} pages`);
  });

  it("keeps the damaged file, and the contents of messages that it knew", async () => {
    await fillSpool(3);
    writeFileSync(join(spoolDirectory, "spool.db"), "this is no database any more".repeat(1000));
    mkdirSync(join(spoolDirectory, "large"), { recursive: true });
    writeFileSync(join(spoolDirectory, "large", "spl_1.eml"), "content");
    const { messages, unreadablePlaces, damagedDirectory } = await recover();
    assert.equal(messages, 0);
    assert.ok(unreadablePlaces > 0);
    assert.match(readFileSync(join(damagedDirectory, "spool.db"), "latin1"), /^this is no database/);
    assert.equal(readFileSync(join(damagedDirectory, "large", "spl_1.eml"), "latin1"), "content");
  });

  it("is refused while a service holds the data directory", async () => {
    await fillSpool(1);
    const { lockDataDirectory } = await import("../../runtime-node/data_lock.ts");
    const lock = lockDataDirectory(dataDirectory);
    await assert.rejects(recover(), (error) => isDispatchError(error, "data_directory_in_use"));
    lock.release();
  });
});

describe("openSpool", () => {
  it("leaves the contents of large messages alone when the spool that knew them is gone", async () => {
    const directory = mkdtempSync(join(tmpdir(), "dispatch-spool-"));
    const logger = recordingLogger();
    const spool = await openSpool(directory, logger);
    await spool.close();
    rmSync(join(directory, "spool.db"));
    const { openLargeFiles } = await import("../../runtime-node/large_files.ts");
    const writer = await openLargeFiles(join(directory, "large")).create("spl_1.eml");
    await writer.write(Uint8Array.of(1));
    await writer.commit();
    await (await openSpool(directory, logger)).close();
    assert.deepEqual(readdirSync(join(directory, "large")), ["spl_1.eml"]);
    assert.ok(logger.events.includes("spool.files_without_spool"));
    rmSync(directory, { recursive: true });
  });
});
