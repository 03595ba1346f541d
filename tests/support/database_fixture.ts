/** A `dispatch.db` in a directory of its own. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Database, openDatabase } from "../../runtime-node/database.ts";

export class DatabaseFixture {
  readonly directory = mkdtempSync(join(tmpdir(), "dispatch-database-"));
  readonly path = join(this.directory, "dispatch.db");
  readonly #open: Database[] = [];

  async open(): Promise<Database> {
    const database = await openDatabase(this.path);
    this.#open.push(database);
    return database;
  }

  remove(): void {
    for (const database of this.#open) database.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
