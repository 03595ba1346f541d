/** The record of one setting: all that is known about it, in one place. */
import type { SettingCodec } from "./setting_codec.ts";

/** What the host says about itself, for defaults that depend on it. */
export interface HostFacts {
  /** Host name as the operating system knows it; `null` when it has none. */
  readonly hostName: string | null;
}

/**
 * What a change does: `live` is in force from the next use on; `rebind` opens and closes listeners, each new one before
 * the old one; `restart` waits for the next start.
 */
export type SettingEffect = "live" | "rebind" | "restart";

/** What a number counts. */
export type SettingUnit =
  | "bytes"
  | "seconds"
  | "minutes"
  | "hours"
  | "days"
  | "requests per minute"
  | "recipients"
  | "connections"
  | "deliveries"
  | "attempts";

/** All that is known about one setting. */
export interface SettingDefinition<T> {
  readonly codec: SettingCodec<T>;
  /** The default, or how it follows from the host. */
  readonly default: T | ((host: HostFacts) => T);
  readonly effect: SettingEffect;
  /** One line for forms, help and the reference page. */
  readonly summary: string;
  readonly unit?: SettingUnit;
  /** What `0` means, where it is more than a number. */
  readonly zeroMeans?: "no limit" | "for ever";
  /** Stored sealed, shown masked. */
  readonly secret?: true;
  /** Written by Dispatch alone: says what the operator does instead of setting it. */
  readonly writtenByService?: string;
}

/** Returns `definition` as it is; exists so that its value type follows from its codec. */
export function defineSetting<T>(
  definition: Omit<SettingDefinition<T>, "default"> & { readonly default: NoInfer<SettingDefinition<T>["default"]> },
): SettingDefinition<T> {
  return definition;
}
