/** What a provider is: one record with all that is known about one kind of relay. */
import type { SettingCodec } from "../../config/setting_codec.ts";
import type { ConfigViolation } from "../../error/mod.ts";
import type { RelaySettings } from "../relay.ts";

/** One setting of a provider. */
export interface ProviderSetting<T extends string | number | boolean = string | number | boolean> {
  readonly codec: SettingCodec<T>;
  /** One line for forms, help and the reference page. */
  readonly summary: string;
  /** In force while nothing is set. Without one, the setting is absent then. */
  readonly default?: T;
  /** A relay without it is refused. Default: `false`. */
  readonly required?: boolean;
  /** Stored sealed, shown masked, never taken from an argument. Default: `false`. */
  readonly secret?: boolean;
}

/** All that is known about one kind of relay. */
export interface Provider {
  /** As operators write it: `smtp`. */
  readonly name: string;
  /** One line for forms and help. */
  readonly summary: string;
  /** Its settings by name, in the order in which they are shown. */
  readonly settings: Readonly<Record<string, ProviderSetting>>;
  /** Rules between settings. A secret may stand there sealed: only whether it is set can be asked. */
  readonly check?: (settings: RelaySettings) => ConfigViolation[];
}
