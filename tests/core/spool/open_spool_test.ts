import assert from "node:assert/strict";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { SqlConnection } from "../../../core/capabilities.ts";
import { type ErrorCode, isDispatchError } from "../../../core/error/mod.ts";
import { openSpoolFile } from "../../../core/spool/mod.ts";
import { openSpool } from "../../../runtime-node/open_spool.ts";
import { openSqlite } from "../../../runtime-node/sqlite_connection.ts";
import { newMessage, recordingLogger } from "../../support/spool_fixture.ts";

function pragma(connection: SqlConnection, name: string): unknown {
  return Object.values(connection.prepare(`PRAGMA ${name}`).get() ?? {})[0];
}

describe("openSpool", () => {
  let directory: string;
  let path: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "dispatch-open-spool-"));
    path = join(directory, "spool.db");
  });

  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  /** The files as they are, but for the shared memory beside a log, which holds no data. */
  function files(): Record<string, Buffer> {
    const names = readdirSync(directory).filter((name) => name.startsWith("spool.db") && !name.endsWith("-shm"));
    return Object.fromEntries(names.map((name) => [name, readFileSync(join(directory, name))]));
  }

  async function makeSpool(messages: number): Promise<void> {
    const spool = await openSpool(directory, recordingLogger());
    for (let i = 0; i < messages; i++) await spool.append(newMessage());
    await spool.close();
  }

  /** As {@link makeSpool}, but as a crash leaves it: what was written last is in the log alone. */
  async function makeCrashedSpool(messages: number): Promise<void> {
    const spool = await openSpool(directory, recordingLogger());
    await Promise.all(Array.from({ length: messages }, () => spool.append(newMessage())));
    const copy = mkdtempSync(join(tmpdir(), "dispatch-crashed-"));
    for (const name of ["spool.db", "spool.db-wal"]) copyFileSync(join(directory, name), join(copy, name));
    await spool.close();
    for (const name of ["spool.db", "spool.db-wal"]) copyFileSync(join(copy, name), join(directory, name));
    rmSync(copy, { recursive: true });
  }

  async function assertRefused(code: ErrorCode): Promise<void> {
    const before = files();
    await assert.rejects(
      openSpool(directory, recordingLogger()),
      (error) => isDispatchError(error, code) && error.message.includes(path),
    );
    assert.deepEqual(files(), before);
  }

  it("makes a spool where there is none", async () => {
    await makeSpool(0);
    const connection = openSqlite(path, { readOnly: true });
    assert.equal(pragma(connection, "application_id"), 0x44535051);
    assert.equal(pragma(connection, "user_version"), 2);
    assert.equal(pragma(connection, "page_size"), 4096);
    assert.equal(pragma(connection, "journal_mode"), "wal");
    connection.close();
  });

  it("makes a spool of an empty file", async () => {
    writeFileSync(path, "");
    await makeSpool(1);
    const spool = await openSpool(directory, recordingLogger());
    assert.equal((await spool.counts()).queued, 1);
    await spool.close();
  });

  it("keeps what is there over a start", async () => {
    await makeSpool(3);
    const spool = await openSpool(directory, recordingLogger());
    assert.equal((await spool.counts()).queued, 3);
    await spool.close();
  });

  it("brings a spool of version 1 up to date, with what is queued and what was captured", async () => {
    const before = openSqlite(path);
    before.exec(readFileSync(new URL("./spool_version_1.sql", import.meta.url), "utf8"));
    before.close();
    const spool = await openSpool(directory, recordingLogger());
    const [claimed] = await spool.claim(5, AbortSignal.timeout(30_000));
    assert.deepEqual([claimed?.entry.id, claimed?.lane], ["spl_queued", ""]);
    assert.deepEqual(claimed?.entry.recipients, [{ address: "a@example.org", kind: "to", state: "pending" }]);
    assert.deepEqual(
      (await spool.find("spl_captured"))?.recipients.map(({ state }) => state),
      ["captured"],
    );
    await spool.close();
    await makeSpool(1);
  });

  it("keeps what a crash left in the log alone", async () => {
    await makeCrashedSpool(3);
    const spool = await openSpool(directory, recordingLogger());
    assert.equal((await spool.counts()).queued, 3);
    await spool.close();
  });

  it("refuses another program's database, and leaves it as it is", async () => {
    const other = openSqlite(path);
    other.exec("CREATE TABLE bookmark (url TEXT); INSERT INTO bookmark VALUES ('https://example.org/')");
    other.close();
    await assertRefused("database_foreign");
  });

  it("refuses another program's database in WAL mode, and leaves it as it is", async () => {
    const other = openSqlite(path);
    other.exec("PRAGMA journal_mode = WAL; CREATE TABLE bookmark (url TEXT)");
    other.close();
    await assertRefused("database_foreign");
    assert.deepEqual(readdirSync(directory), ["spool.db"]);
  });

  it("refuses a database of a later version, and leaves it as it is", async () => {
    await makeSpool(1);
    const editor = openSqlite(path);
    editor.exec("PRAGMA user_version = 3");
    editor.close();
    await assertRefused("database_newer");
  });

  it("refuses a file that is no database, and leaves it as it is", async () => {
    writeFileSync(path, "Dear diary,\n".repeat(2000));
    await assertRefused("spool_damaged");
  });

  it("refuses a file that was cut off, and leaves it as it is", async () => {
    await makeSpool(200);
    truncateSync(path, 4096 * 4 + 1000);
    await assertRefused("spool_damaged");
  });

  it("refuses a file with a page of rubbish in its middle, and leaves it as it is", async () => {
    await makeSpool(200);
    const bytes = readFileSync(path);
    const page = Math.floor(bytes.length / 4096 / 2);
    writeFileSync(path, bytes.fill(0xa5, page * 4096, (page + 1) * 4096));
    await assertRefused("spool_damaged");
  });

  it("refuses a damaged file with a log beside it, and leaves both as they are", async () => {
    await makeSpool(200);
    await makeCrashedSpool(1);
    const bytes = readFileSync(path);
    const page = Math.floor(bytes.length / 4096 / 2);
    writeFileSync(path, bytes.fill(0xa5, page * 4096, (page + 1) * 4096));
    assert.ok(files()["spool.db-wal"]!.length > 0);
    await assertRefused("spool_damaged");
  });

  it("refuses an empty file with a log beside it, and leaves both as they are", async () => {
    await makeCrashedSpool(3);
    truncateSync(path, 0);
    await assertRefused("spool_damaged");
  });

  it("says so when there is a directory in the file's place", async () => {
    mkdirSync(path);
    await assert.rejects(openSpool(directory, recordingLogger()), (error) =>
      isDispatchError(error, "database_unusable"),
    );
  });

  it("syncs each commit on the connection that it prepares", () => {
    const connection = openSqlite(path);
    openSpoolFile(connection, path);
    // 2 is FULL (https://www.sqlite.org/pragma.html#pragma_synchronous).
    assert.equal(pragma(connection, "synchronous"), 2);
    assert.equal(pragma(connection, "journal_mode"), "wal");
    connection.close();
  });
});
