/** A database whose file is deleted while it is open. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, test } from "node:test";
import { type MetaStore, openMetaStore } from "../../drizzle/meta_store.ts";
import { type Database, openDatabase } from "../../runtime-node/database.ts";
import { assertRefusal } from "../support/assert_refusal.ts";
import { DatabaseFixture } from "../support/database_fixture.ts";
import { eventNames } from "../support/memory_config_store.ts";

describe("Database whose file is deleted", () => {
  let fixture: DatabaseFixture;
  let nowMs: number;
  let logger: ReturnType<typeof eventNames>;
  let database: Database;
  let meta: MetaStore;

  beforeEach(async () => {
    fixture = new DatabaseFixture();
    nowMs = 1000;
    logger = eventNames();
    database = await openDatabase(fixture.path, { logger, nowMs: () => nowMs });
    meta = openMetaStore(database);
    await meta.write("name", "value");
  });

  afterEach(() => {
    database.close();
    fixture.remove();
  });

  function deleteFiles(): void {
    for (const suffix of ["", "-wal", "-shm"]) rmSync(fixture.path + suffix);
  }

  const names = () => readdirSync(fixture.directory).sort();

  /** What another connection finds in the file. */
  async function inFile(name: string): Promise<string | null> {
    const other = await openDatabase(fixture.path);
    try {
      return await openMetaStore(other).read(name);
    } finally {
      other.close();
    }
  }

  test("refuses its calls for five seconds, and is then put back with all that was in it", async () => {
    deleteFiles();
    await assertRefusal(() => meta.read("name"), "database_unusable");
    nowMs += 4999;
    const { facts } = await assertRefusal(() => meta.write("name", "lost"), "database_unusable");
    assert.equal(facts.reason, "the file is gone");
    nowMs += 1;
    assert.equal(await meta.read("name"), "value");
    await meta.write("name", "kept");
    assert.equal(await inFile("name"), "kept");
    assert.deepEqual(logger.events, ["database.deleted"]);
    assert.deepEqual(names(), ["dispatch.db", "dispatch.db-shm", "dispatch.db-wal"]);
    if (process.platform !== "win32") assert.equal(statSync(fixture.path).mode & 0o777, 0o600);
  });

  test("is put back without being asked for anything", async () => {
    deleteFiles();
    database.attend();
    nowMs += 5000;
    database.attend();
    assert.equal(await inFile("name"), "value");
  });

  test("is put back when it is closed", async () => {
    deleteFiles();
    database.close();
    assert.equal(await inFile("name"), "value");
    database = await openDatabase(fixture.path);
  });

  test("is not taken for its own earlier log, where that was left", async () => {
    rmSync(fixture.path);
    database.attend();
    nowMs += 5000;
    database.attend();
    assert.equal(await inFile("name"), "value");
    await meta.write("name", "kept");
    const { rows } = await database.query({ sql: "PRAGMA integrity_check", params: [], method: "get" });
    assert.deepEqual(rows, ["ok"]);
  });

  test("is put back as often as it is deleted", async () => {
    for (const value of ["first", "second"]) {
      await meta.write("name", value);
      deleteFiles();
      database.attend();
      nowMs += 5000;
      assert.equal(await meta.read("name"), value);
    }
  });

  test("has five seconds from when it was missed last, not from the first time", async () => {
    renameSync(fixture.path, `${fixture.path}.away`);
    database.attend();
    renameSync(`${fixture.path}.away`, fixture.path);
    nowMs += 5000;
    assert.equal(await meta.read("name"), "value");
    renameSync(fixture.path, `${fixture.path}.away`);
    await assertRefusal(() => meta.read("name"), "database_unusable");
    renameSync(`${fixture.path}.away`, fixture.path);
    assert.deepEqual(logger.events, []);
  });

  test("keeps what was written since, when the file that was away returns after it was put back", async () => {
    renameSync(fixture.path, `${fixture.path}.away`);
    database.attend();
    nowMs += 5000;
    await meta.write("name", "newer");
    renameSync(`${fixture.path}.away`, fixture.path);
    assert.equal(await meta.read("name"), "newer");
    assert.equal(await inFile("name"), "newer");
    const { rows } = await database.query({ sql: "PRAGMA integrity_check", params: [], method: "get" });
    assert.deepEqual(rows, ["ok"]);
  });

  test("never takes the place of another file", async () => {
    deleteFiles();
    database.attend();
    writeFileSync(fixture.path, "theirs");
    nowMs += 5000;
    const { facts } = await assertRefusal(() => meta.read("name"), "database_unusable");
    assert.equal(facts.reason, "another file has taken its place");
    rmSync(fixture.path);
  });

  test("says why it can't be put back, and tries again", async () => {
    deleteFiles();
    database.attend();
    mkdirSync(`${fixture.path}-wal`);
    for (let attempt = 0; attempt < 5; attempt++) {
      nowMs += 5000;
      database.attend();
    }
    assert.equal(existsSync(fixture.path), false);
    assert.deepEqual(logger.events, ["database.deleted"]);
    rmSync(`${fixture.path}-wal`, { recursive: true });
    await assertRefusal(() => meta.read("name"), "database_unusable");
    nowMs += 5000;
    assert.equal(await meta.read("name"), "value");
  });
});
