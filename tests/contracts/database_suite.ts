/** What every way to open `dispatch.db` has to do. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { DatabaseDriver } from "../../drizzle/driver.ts";
import { databaseApplicationId, schemaVersion } from "../../drizzle/migrations.ts";
import { openStores } from "../../drizzle/stores.ts";
import { openSqlite } from "../../runtime-node/sqlite_connection.ts";
import { assertRefusal } from "../support/assert_refusal.ts";

/** An open database, as the suite needs it. */
export interface OpenedDatabase {
  readonly driver: DatabaseDriver;
  close(): Promise<void>;
}

/** Declares the suite for the databases that `open` opens. */
export function describeDatabase(name: string, open: (path: string) => Promise<OpenedDatabase>): void {
  describe(name, () => {
    let directory: string;
    let path: string;

    beforeEach(() => {
      directory = mkdtempSync(join(tmpdir(), "dispatch-database-"));
      path = join(directory, "dispatch.db");
    });

    afterEach(() => rmSync(directory, { recursive: true, force: true }));

    /** Asserts that the file is refused, that it is byte for byte as before, and that nothing is left beside it. */
    async function assertRefusedUntouched(code: "database_foreign" | "database_newer") {
      const before = readFileSync(path);
      const beside = readdirSync(directory);
      const error = await assertRefusal(() => open(path), code);
      assert.deepEqual(readFileSync(path), before);
      assert.deepEqual(readdirSync(directory), beside);
      return error;
    }

    function makeDatabase(sql: string): void {
      const connection = openSqlite(path);
      connection.exec(sql);
      connection.close();
    }

    test("makes a new database that only its owner can read, and keeps what is stored in it", async () => {
      const first = await open(path);
      await openStores(first.driver).meta.write("name", "value");
      await first.close();
      if (process.platform !== "win32") assert.equal(statSync(path).mode & 0o777, 0o600);
      const second = await open(path);
      assert.equal(await openStores(second.driver).meta.read("name"), "value");
      await second.close();
    });

    test("takes an empty file for a new database", async () => {
      writeFileSync(path, "");
      const database = await open(path);
      assert.equal(await openStores(database.driver).meta.read("name"), null);
      await database.close();
    });

    test("writes ahead, so that readers are never kept waiting", async () => {
      const database = await open(path);
      const { rows } = await database.driver.query({ sql: "PRAGMA journal_mode", params: [], method: "get" });
      assert.deepEqual(rows, ["wal"]);
      await database.close();
    });

    test("refuses another program's database, and changes nothing in it", async () => {
      makeDatabase("CREATE TABLE theirs (id); INSERT INTO theirs VALUES (1)");
      await assertRefusedUntouched("database_foreign");
    });

    test("refuses another program's database in WAL mode, and puts no file beside it", async () => {
      makeDatabase("PRAGMA journal_mode = WAL; CREATE TABLE theirs (id)");
      await assertRefusedUntouched("database_foreign");
    });

    test("refuses a file that is no database, and changes nothing in it", async () => {
      writeFileSync(path, "To whom it may concern: this is a letter.\n".repeat(200));
      await assertRefusedUntouched("database_foreign");
    });

    test("refuses a short file that is no database, and changes nothing in it", async () => {
      writeFileSync(path, "x");
      await assertRefusedUntouched("database_foreign");
    });

    test("refuses a database of a newer version, and changes nothing in it", async () => {
      await (await open(path)).close();
      makeDatabase(`PRAGMA user_version = ${schemaVersion + 1}`);
      const { facts } = await assertRefusedUntouched("database_newer");
      assert.deepEqual(facts, { path, found: schemaVersion + 1, known: schemaVersion });
    });

    test("refuses a newer version whose last changes still wait in the WAL", async () => {
      await (await open(path)).close();
      const writer = openSqlite(path);
      writer.exec(`PRAGMA user_version = ${schemaVersion + 1}`);
      await assertRefusal(() => open(path), "database_newer");
      writer.close();
    });

    test("opens a database whose creation a crash has broken off", async () => {
      makeDatabase("PRAGMA journal_mode = WAL");
      const database = await open(path);
      const { rows } = await database.driver.query({ sql: "PRAGMA application_id", params: [], method: "get" });
      assert.deepEqual(rows, [databaseApplicationId]);
      await database.close();
    });

    test("names the file and the reason when it can't be opened", async () => {
      const missing = join(directory, "no", "such", "dispatch.db");
      const { facts } = await assertRefusal(() => open(missing), "database_unusable");
      assert.equal(facts.path, missing);
      assert.match(facts.reason, /ENOENT/);
      await assertRefusal(() => open(directory), "database_unusable");
    });

    test("query returns the columns of a row in order, also where two have one name", async () => {
      const { driver, close } = await open(path);
      const sql = "SELECT ? AS a, ? AS a, 1.5, NULL UNION ALL SELECT 'second', x'00ff', 2, 3";
      const params = ["first", Uint8Array.of(1, 2)];
      const first = ["first", Uint8Array.of(1, 2), 1.5, null];
      const all = [first, ["second", Uint8Array.of(0, 255), 2, 3]];
      assert.deepEqual((await driver.query({ sql, params, method: "all" })).rows, all);
      assert.deepEqual((await driver.query({ sql, params, method: "values" })).rows, all);
      assert.deepEqual((await driver.query({ sql, params, method: "get" })).rows, first);
      const none = await driver.query({ sql: "SELECT 1 WHERE 0", params: [], method: "get" });
      assert.equal(none.rows, undefined);
      await close();
    });

    test("batch runs all statements or none", async () => {
      const { driver, close } = await open(path);
      const insert = (value: string | null) =>
        ({ sql: "INSERT INTO meta VALUES (?, ?)", params: [String(value), value], method: "run" }) as const;
      await assert.rejects(driver.batch([insert("a"), insert(null)]), /NOT NULL/);
      const count = { sql: "SELECT count(*) FROM meta", params: [], method: "get" } as const;
      assert.deepEqual((await driver.query(count)).rows, [0]);
      const results = await driver.batch([insert("a"), insert("b"), count]);
      assert.deepEqual(
        results.map(({ rows }) => rows),
        [[], [], [2]],
      );
      await close();
    });

    test("names a wrong statement's error, and goes on", async () => {
      const { driver, close } = await open(path);
      await assert.rejects(driver.query({ sql: "SELEC 1", params: [], method: "run" }), /syntax error/);
      assert.deepEqual((await driver.query({ sql: "SELECT 1", params: [], method: "get" })).rows, [1]);
      await close();
    });

    test("refuses a batch that finds no room, stores nothing of it, and goes on", async () => {
      const { driver, close } = await open(path);
      const { meta } = openStores(driver);
      await driver.query({ sql: "PRAGMA max_page_count = 60", params: [], method: "get" });
      const insert = (value: string) =>
        ({ sql: "INSERT INTO meta VALUES (?, ?)", params: [value.slice(0, 5), value], method: "run" }) as const;
      const { facts } = await assertRefusal(
        () => driver.batch([insert("small"), insert("large".repeat(200_000))]),
        "database_unusable",
      );
      assert.match(facts.reason, /full/);
      assert.equal(await meta.read("small"), null);
      await meta.write("small", "fits");
      assert.equal(await meta.read("small"), "fits");
      await close();
    });

    test("refuses to work while its file is moved away or replaced, and goes on when it is back", async () => {
      const { driver, close } = await open(path);
      const { meta } = openStores(driver);
      renameSync(path, `${path}.away`);
      const gone = await assertRefusal(() => meta.write("name", "lost"), "database_unusable");
      assert.equal(gone.facts.reason, "the file is gone");
      writeFileSync(path, "");
      const replaced = await assertRefusal(() => meta.read("name"), "database_unusable");
      assert.equal(replaced.facts.reason, "another file has taken its place");
      renameSync(`${path}.away`, path);
      await meta.write("name", "kept");
      assert.equal(await meta.read("name"), "kept");
      await close();
    });
  });
}
