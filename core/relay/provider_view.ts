/** What operators see of a provider: enough to fill in a form. */
import type { SettingKind } from "../config/setting_codec.ts";
import type { Provider, ProviderSetting } from "./provider/provider.ts";

/** One setting of a provider. */
export interface ProviderSettingView {
  readonly name: string;
  readonly kind: SettingKind;
  /** One line of help. */
  readonly summary: string;
  /** What a value has to be, as the end of a sentence: "must be a whole number from 1 to 65535". */
  readonly rule: string;
  /** All values, where they can be listed; `null` where they can't. */
  readonly choices: readonly string[] | null;
  /** In force while nothing is set; `null` where there is none. */
  readonly default: string | number | boolean | null;
  readonly required: boolean;
  readonly secret: boolean;
  /** Whether secrets have to be given again after a change of it. */
  readonly destination: boolean;
}

/** A provider. */
export interface ProviderView {
  readonly name: string;
  readonly summary: string;
  /** Where its API, or the protocol, is documented; `null` where there is none. */
  readonly documentation: string | null;
  /** Size in bytes of the largest message that it takes; `null` where it names none. */
  readonly maxMessageBytes: number | null;
  readonly settings: readonly ProviderSettingView[];
}

/** The view of a provider, its settings in the order in which they are shown. */
export function viewProvider({ name, summary, documentation, maxMessageBytes, settings }: Provider): ProviderView {
  const views = Object.entries(settings).map(([setting, record]) => viewSetting(setting, record));
  return { name, summary, documentation, maxMessageBytes, settings: views };
}

function viewSetting(name: string, setting: ProviderSetting): ProviderSettingView {
  const { codec, summary, default: fallback = null, required = false, secret = false, destination = false } = setting;
  const { kind, rule, choices = null } = codec;
  return { name, kind, summary, rule, choices, default: fallback, required, secret, destination };
}
