/** Rules that bind several settings together. */
import type { ConfigViolation } from "../error/mod.ts";
import type { SettingKey, Settings } from "./settings.ts";

/** A rule over all settings: the violations that it finds. */
type CrossRule = (settings: Settings) => ConfigViolation[];

const rules: readonly CrossRule[] = [portsAreUsedOnce];

/** Returns what `settings`, each valid by itself, violate together. */
export function crossViolations(settings: Settings): ConfigViolation[] {
  return rules.flatMap((rule) => rule(settings));
}

/** Which setting claims which ports; a listener that is switched off claims none. */
function portClaims(settings: Settings): [SettingKey, readonly number[]][] {
  const overHttp = settings["api.enabled"] && settings["api.http_enabled"];
  const overHttps = settings["api.enabled"] && settings["api.tls_enabled"];
  return [
    ["listener.ports", settings["listener.ports"]],
    ["listener.implicit_tls_ports", settings["listener.implicit_tls_ports"]],
    ["api.port", overHttp ? [settings["api.port"]] : []],
    ["api.tls_port", overHttps ? [settings["api.tls_port"]] : []],
    ["webui.port", [settings["webui.port"]]],
  ];
}

function portsAreUsedOnce(settings: Settings): ConfigViolation[] {
  const violations: ConfigViolation[] = [];
  const owners = new Map<number, SettingKey>();
  for (const [key, ports] of portClaims(settings)) {
    for (const port of ports) {
      const owner = owners.get(port);
      if (owner === undefined) owners.set(port, key);
      else violations.push({ key, value: `${port}`, rule: `must not name a port that ${owner} names too` });
    }
  }
  return violations;
}
