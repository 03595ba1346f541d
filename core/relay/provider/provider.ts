/** What a provider is: one record with all that is known about one kind of relay. */
import type { SettingCodec } from "../../config/setting_codec.ts";
import type { ConfigViolation } from "../../error/mod.ts";
import type { HttpApi } from "../http/http_api.ts";
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
  /**
   * Whether it says to which server secrets are sent. Who changes it has to give them again: otherwise whoever may change a
   * relay, and never see its secrets, could have them sent to a server of their own. Default: `false`.
   */
  readonly destination?: boolean;
  /** How it is shown, where the value itself says nothing to a reader. Default: as it is. */
  show?(value: T): string;
}

/** How messages leave: they stay in the local inbox, over SMTP, or as requests to an HTTP API. */
export type Carrier =
  | { readonly kind: "local" }
  | { readonly kind: "smtp" }
  | { readonly kind: "http"; readonly api: HttpApi };

/** A way for messages to leave, by its name. */
export type CarrierKind = Carrier["kind"];

/** All that is known about one kind of relay. */
export interface Provider {
  /** As operators write it: `smtp`. */
  readonly name: string;
  /** One line for forms and help. */
  readonly summary: string;
  readonly carrier: Carrier;
  /** Where the API, or the protocol, is documented; `null` where there is none. */
  readonly documentation: string | null;
  /** Size in bytes of the largest message that the provider takes; `null` where it names none, or each server its own. */
  readonly maxMessageBytes: number | null;
  /** Its settings by name, in the order in which they are shown. */
  readonly settings: Readonly<Record<string, ProviderSetting>>;
  /** Rules between settings. A secret may stand there sealed: only whether it is set can be asked. */
  readonly check?: (settings: RelaySettings) => ConfigViolation[];
}
