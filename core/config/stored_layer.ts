/** Between the rows of the `config` table and the values of settings; secrets are sealed and opened here. */
import type { ConfigViolation } from "../error/mod.ts";
import { parseJson } from "./codec/text_form.ts";
import type { SettingRow, StoredSetting } from "./config_store.ts";
import { maskedText } from "./mask.ts";
import { definitionOf, isSettingKey, type SettingKey, type Settings, settingKeys } from "./settings.ts";

/** Seals secrets, each bound to the place where it is stored. */
export interface SecretSealer {
  seal(place: string, plaintext: string): Promise<string>;
  /** @throws {DispatchError} `secret_unreadable` */
  open(place: string, sealed: string): Promise<string>;
}

/** The value of a row. */
export interface StoredValue {
  readonly value: unknown;
  /** See {@link SettingRow}. */
  readonly seeded: boolean;
}

/** The stored values by key, and the rows that hold no value of their setting. */
export interface StoredLayer {
  readonly values: ReadonlyMap<SettingKey, StoredValue>;
  readonly violations: readonly ConfigViolation[];
}

/**
 * Reads the rows of the table. A row of an unknown key is another version's: it is left alone.
 *
 * @throws {DispatchError} `secret_unreadable`
 */
export async function readStoredLayer(rows: readonly SettingRow[], sealer: SecretSealer): Promise<StoredLayer> {
  const values = new Map<SettingKey, StoredValue>();
  const violations: ConfigViolation[] = [];
  for (const { key, json, seeded } of rows) {
    if (!isSettingKey(key)) continue;
    const { codec, secret } = definitionOf(key);
    const text = secret ? await sealer.open(placeOf(key), json) : json;
    const result = codec.fromJson(parseJson(text));
    if ("value" in result) values.set(key, { value: result.value, seeded });
    else violations.push({ key, value: maskedText(key, text), rule: result.rule });
  }
  return { values, violations };
}

/** The row that stores `value`. */
export async function storedSetting(key: SettingKey, value: unknown, sealer: SecretSealer): Promise<StoredSetting> {
  const json = JSON.stringify(value);
  return { key, json: definitionOf(key).secret ? await sealer.seal(placeOf(key), json) : json };
}

/** The rows of a table in which nothing was changed. A secret has no default that is worth a row. */
export function seedRows(defaults: Settings): StoredSetting[] {
  return settingKeys
    .filter((key) => !definitionOf(key).secret)
    .map((key) => ({ key, json: JSON.stringify(defaults[key]) }));
}

function placeOf(key: SettingKey): string {
  return `config/${key}`;
}
