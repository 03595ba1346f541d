/** The stored layer of the configuration: the rows of the `config` table. */

/** A key and its value as JSON; a secret's value is sealed text. */
export interface StoredSetting {
  readonly key: string;
  readonly json: string;
}

/** One row of the table. */
export interface SettingRow extends StoredSetting {
  /** `true` when the row holds a default that was seeded, and nobody has changed it through Dispatch since. */
  readonly seeded: boolean;
}

/** Where settings are stored. */
export interface ConfigStore {
  readAll(): Promise<SettingRow[]>;
  /** Stores all of `rows` as an operator's and removes all of `removed`, or nothing. */
  write(rows: readonly StoredSetting[], removed: readonly string[]): Promise<void>;
  /** Adds those of `rows` whose key has no row yet, as seeded ones. */
  seed(rows: readonly StoredSetting[]): Promise<void>;
}
