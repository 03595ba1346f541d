/** The configuration: every setting, where its value comes from, and how it is changed. */
export {
  type ConfigGuard,
  type ConfigService,
  type ConfigServiceOptions,
  openConfig,
  type UndoGuard,
} from "./config_service.ts";
export type { ConfigStore, SettingRow, StoredSetting } from "./config_store.ts";
export {
  type BootstrapVariable,
  bootstrapVariables,
  type EnvironmentRecord,
  environmentVariable,
  type Pin,
  readPins,
} from "./environment_names.ts";
export { type ConfigView, secretMask } from "./mask.ts";
export { nearestName } from "./nearest.ts";
export type { SettingSource } from "./resolve.ts";
export type { HostFacts, SettingDefinition, SettingEffect, SettingUnit } from "./setting_definition.ts";
export {
  defaultSettings,
  definitionOf,
  isSettingKey,
  type SettingKey,
  type Settings,
  settingKeys,
} from "./settings.ts";
export { SettingsHolder, type SettingsListener } from "./settings_holder.ts";
export type { SecretSealer } from "./stored_layer.ts";
