/** Resolving settings from their layers: default, then table, then environment. */
import type { ConfigViolation } from "../error/mod.ts";
import { crossViolations } from "./cross_rules.ts";
import type { Pin } from "./environment_names.ts";
import { maskedText } from "./mask.ts";
import { definitionOf, type SettingKey, type Settings, settingKeys } from "./settings.ts";
import type { StoredValue } from "./stored_layer.ts";

/** The layer that a value comes from; a seeded row that still holds the default counts as `default`. */
export type SettingSource = "default" | "table" | "environment";

/** The layers of the configuration, weakest first. */
export interface ConfigLayers {
  readonly defaults: Settings;
  readonly stored: ReadonlyMap<SettingKey, StoredValue>;
  readonly pins: ReadonlyMap<SettingKey, Pin>;
}

/** What was put right in a pinned value. */
export interface PinNote {
  readonly key: SettingKey;
  /** A sentence, which names the variable. */
  readonly note: string;
}

/** What the layers come to. */
export interface Resolution {
  readonly settings: Settings;
  readonly sources: Readonly<Record<SettingKey, SettingSource>>;
  /** All that is wrong with the environment's values, and with all values together. */
  readonly violations: readonly ConfigViolation[];
  readonly pinNotes: readonly PinNote[];
}

/** Resolves every setting; a pinned value that is refused leaves the layer below it in force. */
export function resolveSettings(layers: ConfigLayers): Resolution {
  const violations: ConfigViolation[] = [];
  const pinNotes: PinNote[] = [];
  const resolved = settingKeys.map((key) => {
    const pin = layers.pins.get(key);
    const read = pin && definitionOf(key).codec.fromText(pin.text);
    if (pin && read && "rule" in read) {
      violations.push({ key, value: maskedText(key, pin.text), rule: `${read.rule} in ${pin.variable}` });
    }
    if (pin === undefined || read === undefined || "rule" in read) return { key, ...resolveBelow(layers, key) };
    for (const note of read.notes ?? []) pinNotes.push({ key, note: `${note} (${pin.variable})` });
    return { key, value: read.value, source: "environment" as const };
  });
  const settings = Object.freeze(Object.fromEntries(resolved.map(({ key, value }) => [key, value]))) as Settings;
  const sources = Object.fromEntries(resolved.map(({ key, source }) => [key, source])) as Resolution["sources"];
  return { settings, sources, violations: [...violations, ...crossViolations(settings)], pinNotes };
}

/** Tells whether two values of a setting are the same. */
export function sameValue(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

function resolveBelow(
  { defaults, stored }: ConfigLayers,
  key: SettingKey,
): { readonly value: unknown; readonly source: SettingSource } {
  const row = stored.get(key);
  if (row === undefined) return { value: defaults[key], source: "default" };
  const unchanged = row.seeded && sameValue(row.value, defaults[key]);
  return { value: row.value, source: unchanged ? "default" : "table" };
}
