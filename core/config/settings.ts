/** The values of all settings, and what is asked of the registry by key. */
import { registry } from "./registry.ts";
import type { HostFacts, SettingDefinition } from "./setting_definition.ts";

/** Name of a setting. */
export type SettingKey = keyof typeof registry;

/** The value of each setting, by key. Replaced whole, never changed. */
export type Settings = {
  readonly [K in SettingKey]: (typeof registry)[K] extends SettingDefinition<infer T> ? T : never;
};

/** All keys, in the order in which they are shown. */
export const settingKeys = Object.keys(registry) as readonly SettingKey[];

/** Tells whether `name` is the key of a setting. */
export function isSettingKey(name: string): name is SettingKey {
  return Object.hasOwn(registry, name);
}

/** The record of `key`, its value type set aside: for all that treats settings alike. */
export function definitionOf(key: SettingKey): SettingDefinition<unknown> {
  return registry[key] as unknown as SettingDefinition<unknown>;
}

/** The value of each setting on a host where nothing is configured. */
export function defaultSettings(host: HostFacts): Settings {
  const entries = settingKeys.map((key) => {
    const { default: value } = definitionOf(key);
    return [key, typeof value === "function" ? value(host) : value];
  });
  return Object.freeze(Object.fromEntries(entries)) as Settings;
}
