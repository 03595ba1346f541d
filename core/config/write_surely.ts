/** Writes settings and knows what came of it, also where the answer to the write was lost. */
import { DispatchError } from "../error/mod.ts";
import type { ConfigStore, StoredSetting } from "./config_store.ts";

/**
 * Writes `rows` and removes `removed`. A write that failed is looked for in the table, which alone knows.
 *
 * @throws what the write failed with, when the table does not hold it; {DispatchError} `config_uncertain` when the table
 *   can't be read either
 */
export async function writeSurely(
  store: ConfigStore,
  rows: readonly StoredSetting[],
  removed: readonly string[],
): Promise<void> {
  try {
    await store.write(rows, removed);
  } catch (failure) {
    if (!(await isStored(store, rows, removed))) throw failure;
  }
}

async function isStored(
  store: ConfigStore,
  rows: readonly StoredSetting[],
  removed: readonly string[],
): Promise<boolean> {
  try {
    const found = new Map((await store.readAll()).map((row) => [row.key, row]));
    const isWritten = ({ key, json }: StoredSetting) => found.get(key)?.json === json && !found.get(key)?.seeded;
    return rows.every(isWritten) && removed.every((key) => !found.has(key));
  } catch (cause) {
    const keys = [...rows.map(({ key }) => key), ...removed];
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DispatchError("config_uncertain", { keys, reason }, { cause });
  }
}
