/** Reading a change that an operator or Dispatch itself asks for. */
import { type ConfigViolation, DispatchError } from "../error/mod.ts";
import type { Pin } from "./environment_names.ts";
import { maskedText } from "./mask.ts";
import { nearestName } from "./nearest.ts";
import type { ReadValue } from "./setting_codec.ts";
import { definitionOf, isSettingKey, type SettingKey, settingKeys } from "./settings.ts";

/** Who asks for a change: only `service` may write the keys that are written by Dispatch alone. */
export type ChangeAuthor = "operator" | "service";

/** @throws {DispatchError} `config_key_unknown` */
export function requireKey(key: string): SettingKey {
  if (isSettingKey(key)) return key;
  throw new DispatchError("config_key_unknown", { key, nearest: nearestName(key, settingKeys) });
}

/** @throws {DispatchError} `config_key_unknown`, `config_not_settable`, `config_pinned` */
export function requireSettable(key: string, author: ChangeAuthor, pins: ReadonlyMap<SettingKey, Pin>): SettingKey {
  const known = requireKey(key);
  const how = definitionOf(known).writtenByService;
  if (how !== undefined && author === "operator") throw new DispatchError("config_not_settable", { key, how });
  const pin = pins.get(known);
  if (pin !== undefined) throw new DispatchError("config_pinned", { key, variable: pin.variable });
  return known;
}

/**
 * Reads the values of a change: a string is what was typed, anything else a JSON value.
 *
 * @throws {DispatchError} `config_invalid` with all violations
 */
export function readValues(input: ReadonlyMap<SettingKey, unknown>): Map<SettingKey, ReadValue<unknown>> {
  const values = new Map<SettingKey, ReadValue<unknown>>();
  const violations: ConfigViolation[] = [];
  for (const [key, given] of input) {
    const { codec } = definitionOf(key);
    const result = typeof given === "string" ? codec.fromText(given) : codec.fromJson(given);
    if ("value" in result) values.set(key, result);
    else violations.push({ key, value: maskedText(key, quoted(given)), rule: result.rule });
  }
  if (violations.length > 0) throw new DispatchError("config_invalid", { violations });
  return values;
}

function quoted(given: unknown): string {
  return JSON.stringify(given) ?? String(given);
}
