/** Settings that list networks, in the form that they are asked in. */
import { compileCidrList } from "../core/access/cidr_list.ts";
import type { SettingKey, Settings, SettingsHolder } from "../core/config/mod.ts";

/** A setting that lists networks. */
export type CidrSetting = { [K in SettingKey]: Settings[K] extends readonly string[] ? K : never }[SettingKey];

/** Whether the setting holds an address; compiled anew when it changes. */
export function liveCidrList(holder: SettingsHolder, key: CidrSetting): (address: string) => boolean {
  let list = compileCidrList(holder.current[key]);
  holder.subscribe([key], (next) => {
    list = compileCidrList(next[key]);
  });
  return (address) => list.includes(address);
}
