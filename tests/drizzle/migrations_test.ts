import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { getTableConfig, type SQLiteTable } from "drizzle-orm/sqlite-core";
import { databaseApplicationId, inspectDatabase, migrateDatabase, schemaVersion } from "../../drizzle/migrations.ts";
import { apiKeyTable } from "../../drizzle/table/api_key.ts";
import { configTable } from "../../drizzle/table/config.ts";
import { countedBatchTable, eventCounterTable } from "../../drizzle/table/event_counter.ts";
import { messageTable } from "../../drizzle/table/message.ts";
import { messageEventTable } from "../../drizzle/table/message_event.ts";
import { metaTable } from "../../drizzle/table/meta.ts";
import { purgeRunTable } from "../../drizzle/table/purge_run.ts";
import { relayTable } from "../../drizzle/table/relay.ts";
import { routingRuleTable } from "../../drizzle/table/routing_rule.ts";
import { openSqlite, type SqliteConnection } from "../../runtime-node/sqlite_connection.ts";

function migrated(): SqliteConnection {
  const connection = openSqlite(":memory:");
  migrateDatabase(connection);
  return connection;
}

const tables: readonly SQLiteTable[] = [
  metaTable,
  configTable,
  relayTable,
  routingRuleTable,
  apiKeyTable,
  messageEventTable,
  messageTable,
  eventCounterTable,
  countedBatchTable,
  purgeRunTable,
];

describe("migrateDatabase", () => {
  test("marks the file as ours, with its version", () => {
    const connection = migrated();
    assert.deepEqual(connection.values("PRAGMA application_id", []), [[databaseApplicationId]]);
    assert.deepEqual(connection.values("PRAGMA user_version", []), [[schemaVersion]]);
  });

  test("changes nothing in a file that is up to date", () => {
    const connection = migrated();
    const schema = connection.values("SELECT * FROM sqlite_schema", []);
    migrateDatabase(connection);
    assert.deepEqual(connection.values("SELECT * FROM sqlite_schema", []), schema);
  });

  test("applies a migration whole or not at all", () => {
    const connection = openSqlite(":memory:");
    connection.exec("CREATE TABLE message (id TEXT)");
    assert.throws(() => migrateDatabase(connection), /message already exists/);
    assert.deepEqual(connection.values("SELECT name FROM sqlite_schema", []), [["message"]]);
    assert.deepEqual(connection.values("PRAGMA application_id", []), [[0]]);
  });

  for (const table of tables) {
    const { name, columns } = getTableConfig(table);
    test(`makes ${name} with the columns that the code reads`, () => {
      const found = migrated().values('SELECT name, type, "notnull" FROM pragma_table_info(?) ORDER BY name', [name]);
      const expected = columns.map((column) => [
        column.name,
        column.getSQLType().toUpperCase(),
        column.notNull || column.primary ? 1 : 0,
      ]);
      assert.deepEqual(found, expected.sort());
    });
  }
});

describe("inspectDatabase", () => {
  const verdictAfter = (sql: string) => {
    const connection = openSqlite(":memory:");
    connection.exec(sql);
    return inspectDatabase(connection);
  };

  test("tells what a file is", () => {
    assert.deepEqual(verdictAfter(""), { kind: "empty" });
    assert.deepEqual(inspectDatabase(migrated()), { kind: "known", version: schemaVersion });
    assert.deepEqual(verdictAfter("CREATE TABLE theirs (id)"), { kind: "foreign" });
    assert.deepEqual(verdictAfter("PRAGMA application_id = 1"), { kind: "foreign" });
    assert.deepEqual(verdictAfter("PRAGMA user_version = 1"), { kind: "foreign" });
    assert.deepEqual(
      verdictAfter(`PRAGMA application_id = ${databaseApplicationId}; PRAGMA user_version = ${schemaVersion + 1}`),
      { kind: "newer", version: schemaVersion + 1 },
    );
  });
});
