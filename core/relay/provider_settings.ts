/** Reads and shows the settings of a relay by what its provider says about them. */
import { secretMask } from "../config/mask.ts";
import { nearestName } from "../config/nearest.ts";
import type { ReadResult } from "../config/setting_codec.ts";
import { type ConfigViolation, DispatchError } from "../error/mod.ts";
import type { Provider, ProviderSetting } from "./provider/provider.ts";
import type { RelaySettings } from "./relay.ts";

/** A value as it was given: text, or JSON; `null` and `""` unset. */
export type GivenValue = string | number | boolean | null;

/** Settings as an operator gave them. */
export interface GivenSettings {
  /** What may be seen. A secret is refused here. */
  readonly settings?: Readonly<Record<string, GivenValue>>;
  /** What came from a prompt, a file or standard input: secrets, and whatever else was given that way. */
  readonly secrets?: Readonly<Record<string, string>>;
}

/** Settings to store (`null` unsets), and all that was wrong with what was given. */
export interface SettingChanges {
  readonly changes: ReadonlyMap<string, string | number | boolean | null>;
  readonly violations: readonly ConfigViolation[];
}

/**
 * Reads what was given for a relay of `provider`.
 *
 * @throws {DispatchError} `relay_setting_unknown`, `relay_secret_in_the_open`
 */
export function readGivenSettings(provider: Provider, { settings = {}, secrets = {} }: GivenSettings): SettingChanges {
  const changes = new Map<string, string | number | boolean | null>();
  const violations: ConfigViolation[] = [];
  const readInto = (name: string, given: GivenValue, isInTheOpen: boolean) => {
    const setting = requireSetting(provider, name);
    if (given === null || given === "") return changes.set(name, null);
    if (setting.secret && isInTheOpen) throw new DispatchError("relay_secret_in_the_open", { setting: name });
    const result = readValue(setting, given);
    if ("value" in result) return changes.set(name, result.value);
    const value = setting.secret || !isInTheOpen ? secretMask : JSON.stringify(given);
    return violations.push({ key: name, value, rule: result.rule });
  };
  for (const [name, given] of Object.entries(settings)) readInto(name, given, true);
  for (const [name, given] of Object.entries(secrets)) readInto(name, given, false);
  return { changes, violations };
}

/** Applies `changes` to `stored`. */
export function applyChanges(stored: RelaySettings, changes: SettingChanges["changes"]): RelaySettings {
  const merged = new Map<string, string | number | boolean | null>([...Object.entries(stored), ...changes]);
  return Object.fromEntries(
    [...merged].filter((entry): entry is [string, string | number | boolean] => entry[1] !== null),
  );
}

/** What is wrong with `settings` as a whole: what is missing, and the provider's own rules. Secrets may be sealed. */
export function checkSettings(provider: Provider, settings: RelaySettings): ConfigViolation[] {
  const missing = Object.entries(provider.settings)
    .filter(([name, setting]) => setting.required && settings[name] === undefined)
    .map(([key]) => ({ key, value: "nothing", rule: "must be set" }));
  return [...missing, ...(provider.check?.(settings) ?? [])];
}

/**
 * The secrets that a change of a relay would send to another server than before: stored ones that are neither given again
 * nor unset. `stored` may be sealed.
 */
export function checkSecretsAnew(
  provider: Provider,
  stored: RelaySettings,
  changes: SettingChanges["changes"],
): ConfigViolation[] {
  const before = withDefaults(provider, stored);
  const after = withDefaults(provider, applyChanges(stored, changes));
  const settings = Object.entries(provider.settings);
  const moved = settings.filter(([name, { destination }]) => destination && before[name] !== after[name]);
  if (moved.length === 0) return [];
  const rule = `must be given again when ${moved.map(([name]) => name).join(" and ")} changes, since it is sent there`;
  return settings
    .filter(([name, { secret }]) => secret && stored[name] !== undefined && !changes.has(name))
    .map(([key]) => ({ key, value: "nothing", rule }));
}

/** `settings` with the provider's defaults where nothing is set. */
export function withDefaults(provider: Provider, settings: RelaySettings): RelaySettings {
  const defaults = Object.entries(provider.settings).flatMap(([name, setting]) =>
    setting.default === undefined ? [] : [[name, setting.default] as const],
  );
  return { ...Object.fromEntries(defaults), ...settings };
}

/** All settings of the provider, with defaults; `null` where nothing is set, secrets masked. */
export function maskSettings(provider: Provider, settings: RelaySettings): Record<string, GivenValue> {
  const complete = withDefaults(provider, settings);
  return Object.fromEntries(
    Object.entries(provider.settings).map(([name, setting]) => {
      const value = complete[name] ?? null;
      if (value === null) return [name, value];
      return [name, setting.secret ? secretMask : (setting.show?.(value) ?? value)];
    }),
  );
}

function requireSetting(provider: Provider, name: string): ProviderSetting {
  const known = Object.keys(provider.settings);
  const setting = known.includes(name) ? provider.settings[name] : undefined;
  if (setting !== undefined) return setting;
  if (known.length === 0)
    throw new DispatchError("provider_without_settings", { provider: provider.name, setting: name });
  const facts = { provider: provider.name, setting: name, nearest: nearestName(name, known) };
  throw new DispatchError("relay_setting_unknown", facts);
}

/** A secret is taken to the letter: one in quotation marks is no JSON text. */
function readValue(setting: ProviderSetting, given: string | number | boolean): ReadResult<string | number | boolean> {
  const isLiteral = setting.secret || typeof given !== "string";
  return isLiteral ? setting.codec.fromJson(given) : setting.codec.fromText(given);
}
