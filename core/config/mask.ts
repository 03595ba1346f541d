/** What may be shown of settings: secrets masked, wherever they are shown. */
import type { Pin } from "./environment_names.ts";
import { environmentVariable } from "./environment_names.ts";
import type { Resolution, SettingSource } from "./resolve.ts";
import type { SettingKind } from "./setting_codec.ts";
import type { SettingEffect, SettingUnit } from "./setting_definition.ts";
import { definitionOf, type SettingKey, type Settings } from "./settings.ts";

/** What stands in the place of a secret that is set; one that is not set is shown as `""`. */
export const secretMask = "••••••••";

const longestShown = 200;

/** One setting as an operator sees it. */
export interface ConfigView {
  readonly key: SettingKey;
  /** The value in force; masked when secret. */
  readonly value: unknown;
  readonly source: SettingSource;
  readonly default: unknown;
  readonly unit: SettingUnit | null;
  /** What `0` means, where it is more than a number. */
  readonly zeroMeans: string | null;
  readonly kind: SettingKind;
  /** What a value has to be, as the end of a sentence. */
  readonly rule: string;
  readonly summary: string;
  readonly effect: SettingEffect;
  readonly secret: boolean;
  /** `true` when it can't be set by hand: pinned by the environment, or written by Dispatch alone. */
  readonly locked: boolean;
  /** The environment variable that pins it, or would. */
  readonly variable: string;
  /** What was put right in the value that was just given, a sentence each; absent elsewhere. */
  readonly notes?: readonly string[];
}

/** Describes `key` as `resolution` has it. */
export function viewSetting(
  key: SettingKey,
  { settings, sources }: Resolution,
  { defaults, pins }: { readonly defaults: Settings; readonly pins: ReadonlyMap<SettingKey, Pin> },
): ConfigView {
  const { codec, unit, zeroMeans, summary, effect, secret, writtenByService } = definitionOf(key);
  return {
    key,
    value: maskedValue(key, settings[key]),
    source: sources[key],
    default: maskedValue(key, defaults[key]),
    unit: unit ?? null,
    zeroMeans: zeroMeans ?? null,
    kind: codec.kind,
    rule: codec.rule,
    summary,
    effect,
    secret: secret ?? false,
    locked: pins.has(key) || writtenByService !== undefined,
    variable: environmentVariable(key),
  };
}

/** A refused value as a message may quote it: masked when secret, cut after 200 characters. */
export function maskedText(key: SettingKey, text: string): string {
  const shown = String(maskedValue(key, text));
  return shown.length > longestShown ? `${shown.slice(0, longestShown)}…` : shown;
}

function maskedValue(key: SettingKey, value: unknown): unknown {
  return definitionOf(key).secret && value !== "" ? secretMask : value;
}
